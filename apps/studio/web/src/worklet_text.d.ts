// SPDX-License-Identifier: Apache-2.0
// Made by vite.report.ts.
declare module 'worklet-text' {
  const text: string;
  export default text;
}
