module.exports = {
  skipFiles: ["mocks"],
  istanbulReporter: ["html", "json", "text"],
  configureYulOptimizer: true,
};
