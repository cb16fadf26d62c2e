// The build scripts run before anything is compiled, so they are plain JavaScript.
declare module '*.mjs'
