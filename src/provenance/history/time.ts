/** Seconds in which a question is to be answered, and notice of illegitimate product given (`ProductInvestigations.ANSWER_PERIOD`). */
export const ANSWER_SECONDS = 24 * 3600;
