// One classic script, so that the test can run it where there is nothing but what browsers have.
export default { build: { modulePreload: false, minify: false, rollupOptions: { output: { format: "iife" } } } };
