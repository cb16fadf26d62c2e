import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      // whole runs of the fake model take seconds where other programs use the cores
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 30_000 } },
      // with a browser of the system, where there is one
      { test: { name: 'browser', include: ['test/browser/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
      {
        test: {
          name: 'native',
          include: ['test/native/**/*.test.ts'],
          // one process for the addon at a time: two engines on two cores thrash
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
