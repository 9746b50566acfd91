/** The benefit year of a day of service (unix seconds / 86400), by the day and not by the clock of whoever runs the tests. */
export function benefitYearOf(serviceDay: number | bigint): number {
  return new Date(Number(serviceDay) * 86_400_000).getUTCFullYear();
}
