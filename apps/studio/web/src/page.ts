// SPDX-License-Identifier: Apache-2.0
// What this page is: the studio, which a server stands behind, or a report, which holds all that it shows.

export interface Page {
  /** The address of the worklet's script. */
  worklet: string;
  /** What sounds: the recording through live masks, sounds of the stems, or nothing in this page. */
  plays: 'mix' | 'stems' | 'nothing';
  /** How many stems, in 'stems': the recording's channels are those of each. */
  stems: number;
  /** Whether components can be put elsewhere, which takes live masks. */
  regroups: boolean;
  /** Whether what is done here is remembered. */
  remembers: boolean;
}

export const page: Page = { worklet: 'worklet.js', plays: 'mix', stems: 0, regroups: true, remembers: true };
