import { readText } from "./files.js";
import { inFile } from "./jsonInput.js";
import { CareProofError } from "../errors.js";
import { readTrialRegistrations } from "../trials/registration/readRegistrations.js";
import type { TrialRegistration } from "../trials/registration/registration.js";

/**
 * Reads the record of one trial, and uses it.
 *
 * @throws CareProofError those of `readTrialRegistrations` and of `use`, with the file before the place; `REGISTRATION_INVALID` for the
 * records of several trials; `FILE_UNREADABLE`.
 */
export async function withTrialRecord<T>(path: string, use: (registration: TrialRegistration) => T): Promise<T> {
  const text = await readText(path);
  return inFile(path, () => {
    const registrations = readTrialRegistrations(text);
    const [registration] = registrations;
    if (registration === undefined || registrations.length > 1) {
      throw new CareProofError(
        "REGISTRATION_INVALID",
        `expected the record of one trial, found ${registrations.length}`,
      );
    }
    return use(registration);
  });
}
