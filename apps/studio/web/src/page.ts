// SPDX-License-Identifier: Apache-2.0
// What this page is: the studio, which a server stands behind, or a report, which holds all that it shows.

async function fetched(path: string): Promise<ArrayBuffer> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(((await response.json()) as { error: string }).error);
  return response.arrayBuffer();
}

export interface Page {
  /** The bytes that the studio's server has at `path`. */
  bytes: (path: string) => Promise<ArrayBuffer>;
  /** The address of the worklet's script. */
  worklet: string;
  /** What sounds: the recording through live masks, sounds of the stems, or nothing in this page. */
  plays: 'mix' | 'stems' | 'nothing';
  /** Whether components can be put elsewhere, which takes live masks. */
  regroups: boolean;
  /** Whether what is done here is remembered. */
  remembers: boolean;
}

export const page: Page = { bytes: fetched, worklet: 'worklet.js', plays: 'mix', regroups: true, remembers: true };
