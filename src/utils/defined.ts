/** The object without its undefined properties. */
export function defined<T extends object>(object: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const entriesDefined = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entriesDefined) as { [Key in keyof T]: Exclude<T[Key], undefined> };
}
