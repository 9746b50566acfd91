/**
 * What the caller can do about each custom error of the contracts, one sentence each. A test fails where an error of the
 * published ABIs has none, and where one here is of no contract.
 */
export const REMEDIES: Readonly<Record<string, string>> = {
  // The language
  Error: "The contract gave this reason; see its documentation.",
  Panic: "This is a defect of the contract or an impossible input: report it with the transaction.",

  // Kernel
  InvalidSignature: "Have the signer sign exactly these fields, for this chain and this contract.",
  DeadlinePassed: "Have the signer sign again with a later deadline.",
  IssuedInFuture: "Set the signer's clock, or submit the decision once a block has reached that time.",
  BatchOutOfSequence:
    "Read the stream's head and append the batch with the expected number, unless it is there already.",
  EmptyBatch: "Give a batch with at least one leaf and a root that is not zero.",

  // ParticipantRegistry
  NotInGoodStanding:
    "Ask an accreditor of this role for an accreditation that counts now, or use a key that holds the role.",
  NotAccreditor: "Send this from an account that the AccessManager names for this role, without an execution delay.",
  UnknownRole: "Use a role number from 0 to 55.",
  WrongAccreditationStatus: "Read the accreditation: its present status does not allow this step.",
  NotInFuture: "Give a time (unix seconds) that is later than now.",
  Empty: "Give an address that is not zero and at least one role.",
  ParticipantIsOperator: "Remove the key from the organisation it acts for before it is accredited itself.",
  OperatorIsParticipant: "Name a key that was never accredited itself.",
  OperatorServesAnother: "Remove the key from the organisation it serves first, or name another key.",
  NoOffer: "Have the organisation offer the key first, with offerOperator.",
  NotOperatorOf: "Send this from the key itself or from the organisation it acts for.",

  // ConsentRegistry
  ConsentDenied: "Ask the patient for a consent that covers this; the denial says what is missing.",
  UnknownPurposes: "Give at least one purpose, and only bits of purposes in use.",
  UnknownCategories: "Give at least one category, and only bits of categories in use.",
  UnknownFlags: "Set only the flags that a grant may set.",
  InvalidPeriod: "Give a period that ends after it starts and after now.",
  InvalidGrantee: "Give the address of somebody else than the patient as the grantee.",
  ConsentSuperseded: "Read the consent: a decision as late or later stands; sign a new one if this is still meant.",
  DecisionSuperseded:
    "Read the present state: a decision as late or later stands; sign a new one if this is still meant.",
  NotRepresentative: "Have the patient name this account for all of these purposes, or an authority appoint it.",
  ConsentOutlivesRepresentation: "Grant no longer than the representation lasts.",
  PatientDecided: "Leave it at what the patient decided: a representative cannot overrule it.",
  NotPatientOrGuardian: "Send or sign this as the patient or as the guardian whom the patient named.",
  PatientRetired: "Use the patient's new address: this one is retired, and all its consents have ended.",
  NoPendingRetirement: "Nothing is left to object to: no retirement waits for this address.",

  // Emergency access
  EvidenceMissing: "Give the commitment of the document that was shown, or of the justification that was written.",
  EmergencyForbidden: "Treat without this record or ask the patient, who forbids emergency access to it.",
  EmergencyUnreviewed: "Have the emergency access that is still open reviewed before another one with this key.",
  EmergencyRateExceeded: "Wait, or have open emergency accesses reviewed: the provider used its number.",
  NothingToReview: "Read the review that the key owes: it is none, or of another emergency than this.",
  ReviewerNotIndependent:
    "Have a privacy officer review it whom another accreditor accredited and who is not the provider.",
  ReviewNotOverdue: "Wait until the review is overdue; one that was counted already is not counted again.",
  NotEmergencySource: "Send this from a source that governance has named and whose delay has passed.",
  SourceNotAllowed: "Open only what the patient allows this source.",

  // RepresentativeRegistry
  InvalidRepresentative: "Give the address of somebody else than the patient as the representative.",
  AuthorityCannotRepresent: "Have the authority appoint somebody who neither is the authority nor acts for it.",
  ExpiryNotInFuture: "Give an expiry (unix seconds) that is later than now.",
  RepresentationSuperseded:
    "Read the representation: a decision as late or later stands; sign a new one if this is still meant.",
  WrongRepresentationStatus: "Read the representation: its present status does not allow this step.",
  NotOfficerOf:
    "Have an officer of the authority that made the appointment sign, or to end it one of an oversight authority.",
  SameOfficer: "Have another officer of the authority decide than the one who made the appointment.",

  // RecordRegistry
  LeafNotInBatch: "Check the manifest: the leaf, its proof, the provider and the sequence number must be of one batch.",
  RecordNotCurrent: "Follow the record to the one that replaced it, which is the one to supersede or retract.",
  SupersedesItself: "Give another leaf as the one that replaces it.",
  ReasonMissing: "Give the reason: its code, or its commitment.",

  // DisclosureLog
  NotGatewaySigner: "Give a receipt that the gateway signed, or a key that acted for it at the time of access.",
  ReceiptNotDue: "Wait until the gateway's time to anchor the receipt is over.",
  WrongReceiptStatus: "Read the receipt: its present status does not allow this step.",
  ReceiptNotInBatch: "Check the proof: the receipt, the gateway and the sequence number must be of one batch.",

  // OpenZeppelin: AccessManager and what it governs
  AccessManagedUnauthorized: "Send this from an account that the AccessManager allows to call the function.",
  AccessManagedRequiredDelay: "Schedule the call with the AccessManager and execute it once its delay has passed.",
  AccessManagedInvalidAuthority: "Give the address of a deployed AccessManager.",
  AccessManagerAlreadyScheduled: "Wait for the operation that is scheduled, or cancel it first.",
  AccessManagerNotScheduled: "Schedule the operation first.",
  AccessManagerNotReady: "Execute the operation once its delay has passed.",
  AccessManagerExpired: "Schedule the operation again: it was not executed in time.",
  AccessManagerLockedFunction: "This function of the AccessManager cannot be given to another role.",
  AccessManagerLockedRole: "This role of the AccessManager cannot be changed.",
  AccessManagerBadConfirmation: "Give the caller's own address as the confirmation.",
  AccessManagerUnauthorizedAccount: "Send this from an account that holds the AccessManager role named.",
  AccessManagerUnauthorizedCall: "Send this from an account that the AccessManager allows to call the function.",
  AccessManagerUnauthorizedConsume: "Only the contract that the operation targets can consume it.",
  AccessManagerUnauthorizedCancel: "Have who scheduled the operation, a guardian of its role or an admin cancel it.",
  AccessManagerInvalidInitialAdmin: "Give the address of the first admin, which cannot be zero.",

  // OpenZeppelin: utilities
  AddressEmptyCode: "Check the address and the chain: there is no contract at this address.",
  FailedCall: "The call inside this transaction failed without a reason: run it on its own to see why.",
  InsufficientBalance: "Send enough of the chain's currency along with the call.",
  SafeCastOverflowedUintDowncast: "Give a smaller number.",
  InvalidAccountNonce: "Read the signer's current nonce and have it sign again.",
  InvalidShortString: "Give a name of at most 31 bytes.",
  StringTooLong: "Give a name of at most 31 bytes.",

  // Company prefixes and lots of medicines
  InvalidGtin: "Give the GTIN as 14 digits with a right check digit.",
  PrefixInvalid: "Give a GS1 company prefix of 4 to 12 digits, and that number of digits.",
  PrefixTaken: "Release the prefix first, or the one that it begins with or that begins with it.",
  NoHolder: "Give a prefix that is registered, and a holder that is not the zero address.",
  NotAnIdentifier: "Give the token id of an SGTIN or SSCC; careproof provenance id makes one.",
  PrefixNotHeld: "Have the GS1 member organisation register the company prefix to you, or give its right length.",
  InvalidLotNumber: "Give a lot number of 1 to 20 characters of GS1 character set 82, zeros after the last.",
  LotExpired: "Give a last day of use that is not over.",
  UnitsMissing: "Give how many units a package has; 1 where none can be dispensed apart.",
  EmptyRun: "Give the Merkle root of the run.",
  LotExists: "Add a commissioning run to the lot instead, or give another lot number.",
  UnknownLot: "Check the GTIN and the lot number: no such lot was commissioned.",
  RunOutOfSequence: "Read how many runs the lot has and add the next one, unless it is there already.",
  TooManyRuns: "Commission a new lot: this one has its 64 runs.",
  NotMaker: "Send this for the manufacturer that commissioned the lot.",
  RecallOnlyRises: "Leave the recall as it is: it cannot be taken back or made less urgent.",
  RoleNotFit: "Act in a role that has a part in this; the interface names them.",

  // Packages and containers
  NotSaleable: "Do not sell it: the obstacle says why. If it is in your hands, put it into quarantine.",
  NotCustodian: "Have who holds it do this, or receive it first.",
  NotPacked: "Nothing is to be done: it is in no container.",
  StillPacked: "Unpack it first.",
  NotMaterialised: "Take it out of its lot first, with its proof.",
  WrongDisposition: "Read its disposition: in its present state this cannot be done.",
  NotAContainer: "Give the token id of an SSCC as the container.",
  PackedIntoItself: "Give another container.",
  NestedTooDeep: "Pack it less deep: containers nest at most 5 deep.",
  OriginsMixed: "Pack it into a container of your own: this one came from another partner.",
  ListLengthInvalid: "Give 1 to 100 ids or event hashes.",
  UseShipAndReceive: "Use ship, and have the receiver call receiveShipment.",
  PapersIncomplete: "Give all seven statements (0x7F) and the commitment to the transaction information.",
  ReceiverIsOperator: "Send to the organisation itself and not to its key.",
  SentToItself: "Send to another partner.",
  NotAStepOfTheChain: "Send it downstream, or back to whom it came from or its maker.",
  NotReceiver: "Have the partner that it was sent to do this.",
  CallBackTooEarly: "Wait until the day in the error, or have the receiver refuse it.",
  NotInvestigations: "Use ProductInvestigations: only it calls this.",

  // Dispensing and investigations
  NotAPackage: "Dispense packages, not containers.",
  NotEnoughUnits: "Dispense no more units than are left.",
  TooManyDuplicates:
    "Wait: this dispenser reported 20 duplicates within a day. Report the rest to the regulator directly.",
  UnderReview: "Wait until its maker or a regulator has ended the review.",
  NotItsDispenser: "Have the dispenser that dispensed it take it back.",
  ReactivationTooLate: "It stays dispensed: ten days have passed.",
  NoOpenCase: "Nothing is to be cleared: no doubt about it is open.",
  RegulatorsCase: "Have a drug regulator end what a regulator began.",
  NotConcerned: "Have its custodian, the maker of its lot or a regulator do this.",
  NotIllegitimate: "Read its case: it was not found illegitimate, or that has ended.",
  NoticeGivenBefore: "Nothing is to be done: this partner gave notice already.",
  UnknownInquiry: "Check the number: no such question was asked.",
  NotAsked: "Have the manufacturer that was asked answer, or a drug regulator.",
  AnsweredBefore: "Read the answer: it was given already.",
  AnswerMissing: "Give an answer that says something.",
  InvalidIdentifier: "Give the token id of an SGTIN or SSCC with a right check digit.",
  NotExcursionSource: "Send this from a source that governance has named and whose delay has passed.",
  NotBoundTo: "Have the owner bind the token to this source first.",

  // EPCIS events
  EmptyEventHash: "Give the CBV 2.0 hash of each event; careproof provenance hash makes it.",

  // ERC-721 and ERC-5192
  NotTransferable: "Nothing is to be done: the token stays with whom it was made for.",
  ERC721IncorrectOwner: "Check who owns the token.",
  ERC721InsufficientApproval: "Have the owner approve this account.",
  ERC721InvalidApprover: "Have the owner approve, or an operator for all its tokens.",
  ERC721InvalidOperator: "Give an operator that is not the zero address.",
  ERC721InvalidOwner: "Give an owner that is not the zero address.",
  ERC721InvalidReceiver: "Give a receiver that is not the zero address.",
  ERC721InvalidSender: "The token exists already.",
  ERC721NonexistentToken: "Check the id: there is no token; a thing that nothing concerned alone is none yet.",

  // Insurance claims
  AccumulatorOverflow: "This is a defect of the contract or an impossible amount: report it with the transaction.",
  AlreadyClaimed:
    "Nothing is to be done: the encounter was claimed; at a second payer, name the claim at the first as its primary.",
  AlreadyPublished: "Nothing is to be done: it is published; change a term for another plan or product.",
  AmountTooLarge: "Split the claim: its amounts do not fit one.",
  AppealPeriodTooShort: "Give members at least 180 days to appeal.",
  BenefitNotCovered: "Give a benefit that covers the family: its word is not zero.",
  EmptyPeriod: "Give each period at least a day: filing, and for plans decision and payment.",
  FeeNotInSchedule: "Take procedure, fee and proof out of the fee schedule whose root is in the plan's terms.",
  InterestTooHigh: "Give an interest of at most 10000 basis points a year.",
  MalformedBenefit: "Pack the benefit with packBenefit: its word has bits that mean nothing.",
  MemberHasPolicy: "Give an address that has no policy: each policy has one of its own.",
  MerkleProofInvalidMultiproof: "Give the proof and flags that belong together, or a proof for each line.",
  NoFurtherAppeal: "Nothing is to be done here: two appeals were decided.",
  NoSubjectTag: "Have the enrolment authority declare the policy's subject tag for the year of service.",
  NoUnits: "Give at least one unit for each line.",
  NotIndependent:
    "Have another reviewer decide, who was never a payer or provider, could not attest, and did not decide before.",
  NotPartyTo: "Send or sign this as the member, the provider or the payer that it concerns.",
  NotTheMember: "Give a receipt of the policy's member, or name the policy of the same person that it is of.",
  NotThePayer: "Send this from the payer of the plan or product, or a key that acts for it.",
  NotThePayersVault: "Name a vault that the factory made for this payer.",
  NotThePlan: "Pass the terms of the policy's plan, as PlanPublished has them.",
  NotThePrimary: "Name the claim of the same encounter at another payer that was paid or denied.",
  NotTheProvider: "Have the provider, or a key that acts for it in good standing, sign or send this.",
  NotTheSubmitter: "Submit this from the account that the provider named.",
  OnlySelf: "Nothing is to be done: the contract alone calls this; use submitMany.",
  PausedLately: "Wait until 30 days after the last pause.",
  OutOfOrder:
    "Name the primary claim where the policy pays second or later, and none where it pays first; else have the order declared anew.",
  TooManyLookAlikes:
    "Nothing is to be done here: eight claims of that day look alike, at all payers together; talk to the payer.",
  TooManyPolicies: "Deploy another registry of policies: this one is full.",
  UnknownPlan: "Publish the plan first.",
  WrongAppealLevel: "Sign the next appeal: 1 for the first, 2 for the second.",
  WrongCancellation: "Give a last day of cover that is today or later, and before the present one.",
  WrongClaimStatus: "Read the claim: its present status does not allow this step.",
  WrongNumberOfBenefits: "Give a plan 1 to 16 benefits.",
  WrongNumberOfClaims: "Give 1 to 20 claims at once.",
  WrongNumberOfLines: "Give a claim 1 to 50 lines.",
  WrongPremiumPeriod: "Pay for at least one day after the paid-through date, at most to the last day of cover.",
  WrongReceiptTime: "Date the receipt on or after the day of service, and not in the future.",
  WrongSubjectTag: "Give a tag that is not zero, once for each policy and year; an order only where there is one.",
  WrongTime: "Read the claim's deadline: this step is too late.",

  // Parametric benefits
  AttestationSuperseded:
    "Have the attester look again and sign anew: what it signed before the rejection counts no more.",
  AttesterNotIndependent: "Have another organisation attest than the payer or the member.",
  ChallengePeriodOver: "Nothing is to be done: the time to challenge is over, and anyone may have the benefit paid.",
  DuplicateAttester: "Give one attestation of each organisation: its keys are one attester.",
  FiledLate: "Nothing is to be done: the attestation had to arrive by the day in the error.",
  InvalidWindow: "Let the window end no earlier than the waiting period.",
  IssuedBeforeObservation: "Have the attester sign on the day of the observation or later.",
  MemberIsVault: "Issue the policy to an address of the insured person.",
  NoSum: "Give the sum that is paid, in token units.",
  NotCovered: "Pay the premium for that day while the policy is in grace; a day outside of the policy is not covered.",
  NotDue: "Wait until the deadline in the error, or have the payer pay before it.",
  NotThePlansVault: "Enrol the policy in a product that pays out of the vault of the policy's plan.",
  NotTheAttester: "Name the organisation for which the signing key acts.",
  ObservationMissing: "Give the commitment of the observation.",
  OutsideWindow: "Nothing is to be done: observations count only on the days in the error.",
  ReviewPeriodOver: "Nothing is to be done: the time to review is over, and anyone may have the benefit paid.",
  TriggerMissing: "Give the commitment of the trigger; triggerCommitment makes it.",
  UnfitAttesterRole: "Name a role from 0 to 55 that neither pays nor reviews, such as LABORATORY.",
  UnknownProduct: "Publish the product first.",
  WrongBenefitStatus:
    "Read the benefit: its present status does not allow this step; None means that the policy is not enrolled by these terms.",
  WrongChallengePeriod: "Give the payer 1 to 30 days to challenge.",
  WrongNumberOfAttestations:
    "Give as many attestations as the sum needs: one, or above attestersAbove those of the terms.",
  WrongNumberOfAttesters: "Let a product need 1 to 8 attesters.",

  // Data of clinical trials
  AwareInFuture: "Give the time at which the reporter became aware, which is not later than now.",
  EventReportedBefore: "Nothing is to be done: the event was reported.",
  ExpeditedBefore: "Nothing is to be done: the sponsor told the authority already.",
  LateBefore: "Nothing is to be done: the event was counted as late.",
  NotAViolation:
    "Check leaf, proof, writer and sequence number: only a leaf of the batch whose subject was not in the trial counts.",
  NotOverdue: "Wait until after the time in the error; an event of which the authority was told in time is never late.",
  UnknownEvent: "Report the event first, by the same commitment.",
  ViolationReportedBefore: "Nothing is to be done: the leaf was reported in this batch.",
  WrongCapturePeriod: "Give the times of the first and the last row of the batch, neither of them later than now.",

  // Data licences
  CommitteeIsLicensee: "Have another organisation ask: a committee does not decide on its own request.",
  DatasetPublishedBefore: "Nothing is to be done: the data set is published on these terms.",
  FeeIncomplete: "Give both the fee and its token, or neither.",
  InputNotLicensed: "Give a licence for this data set too: the input was made of it.",
  InvalidShare: "Give each account one share that is not zero.",
  LicenceNotUsable: "Give a licence of your own that is in force and for this use; the denial says what is missing.",
  NotTheCommittee:
    "Send this from the committee of the terms, or a key that acts for it; name the committee, not its key.",
  NotTheDataProvider: "Send this for who provides the data: of a trial its sponsor.",
  NotTheLicensee: "Send this from the organisation that asked for the licence, or a key that acts for it.",
  NotTheTerms: "Pass the terms of the licence's data set, as DatasetPublished has them.",
  NothingDue: "Wait for the next fee: this account has no share, or was paid all of it.",
  PeriodNotPermitted: "Give at least a day, and no more than the terms permit.",
  PurposeMissing: "Give the commitment of the purpose.",
  RootMissing: "Give the Merkle root of the data, or the hash of the model.",
  SharesDoNotAddUp: "Give shares that add up to 10000 basis points.",
  UnknownDataset: "Pass the terms of a published data set, as DatasetPublished has them.",
  UnknownUses: "Give a mask with a permission in it, of codes in use; dataUsesToMask makes it.",
  UnknownWork: "Register the input first, or check its id.",
  UsesNotPermitted: "Ask for no more than the terms permit, and name every restriction of theirs.",
  WorkRegisteredBefore: "Nothing is to be done: the work is registered.",
  WrongLicenceStatus: "Read the licence: its present status does not allow this step.",
  WrongNumberOfOrigins: "Give at least one licence, and at most 32 inputs and licences together.",
  WrongNumberOfShares: "Give 1 to 16 shares where there is a fee, and none where there is none.",

  // Reserve vaults
  NotSpender: "Nothing is to be done: only the claims processor and the contract of parametric policies call this.",
  NotPolicyRegistry: "Pay or cancel through the registry of policies: only it calls this.",
  InsufficientReserves:
    "Have the payer or investors deposit into the reserve, or wait until reserved money is released.",
  ReserveExceeded: "Release or pay no more than this contract has reserved.",
  ReserveExceedsPayment: "Take no more from the reserve than is paid.",
  InsufficientGas: "Send it again with more gas: two million more than it uses for submitMany, 300 000 for a payment.",
  TransferIncomplete: "Use a token that takes no fee: less arrived than was sent.",
  NothingHeld: "Nothing is to be done: no payment is held for this address.",
  SharesUnderNotice:
    "Transfer only shares that are not under notice, or take the notice back first with cancelRequest.",
  NoShares: "Give a number of shares that is not zero; a notice that has lapsed is none.",
  PeriodInvalid: "Give a last day that is not before the first.",
  DayPassed: "Give today or a later day (unix seconds / 86400): cover that was given is not taken back.",
  NotDeployer: "Send this from the account that deployed the factory.",
  AlreadyBound: "Nothing is to be done: the factory is bound, for ever.",
  NotBound: "Wait until the deployer has bound the factory.",
  NotContract: "Give the address of a contract on this chain.",
  TooManyDecimals: "Use a token of at most 8 decimals, such as a stablecoin of 6: a vault counts in 72 bits.",
  VaultExists: "Use the vault in the error: a payer has one for each asset.",
  PolicyLapsed: "Have the payer issue a new policy to another address: this one ended with its grace period.",

  // ERC-20 and ERC-4626
  ERC20InsufficientAllowance: "Have the owner approve this account for as much.",
  ERC20InsufficientBalance: "Give no more than the account has.",
  ERC20InvalidApprover: "Give an owner that is not the zero address.",
  ERC20InvalidReceiver: "Give a receiver that is not the zero address.",
  ERC20InvalidSender: "Give a sender that is not the zero address.",
  ERC20InvalidSpender: "Give a spender that is not the zero address.",
  ERC4626ExceededMaxDeposit: "Wait: nobody can join a reserve whose shares are worth nothing.",
  ERC4626ExceededMaxMint: "Wait: nobody can join a reserve whose shares are worth nothing.",
  ERC4626ExceededMaxRedeem:
    "Give notice with requestWithdraw and wait until it is mature; maxRedeem says how much can go.",
  ERC4626ExceededMaxWithdraw:
    "Give notice with requestWithdraw and wait until it is mature; maxWithdraw says how much can go.",
  ReentrancyGuardReentrantCall: "Call the vault in a transaction of its own, not from within a transfer of its asset.",
  SafeCastOverflowedIntToUint: "This is a defect of the contract: report it with the transaction.",
  SafeCastOverflowedUintToInt: "Give a smaller amount.",
  SafeERC20FailedOperation: "Read the token's rules: it refused the transfer without a reason.",
};
