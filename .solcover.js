module.exports = {
  // Drug provenance is in the making: its contracts come under the floors with their tests.
  skipFiles: ["mocks", "provenance"],
  istanbulReporter: ["html", "json", "text"],
  configureYulOptimizer: true,
};
