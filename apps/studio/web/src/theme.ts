// SPDX-License-Identifier: Apache-2.0
// Whether the page is dark, as the system asks for it, and the colours of sources on it.
import { computed, signal } from '@preact/signals';

const dark = matchMedia('(prefers-color-scheme: dark)');
export const isDark = signal(dark.matches);
dark.addEventListener('change', () => (isDark.value = dark.matches));

export type Colour = readonly [red: number, green: number, blue: number];

// Okabe & Ito, Color universal design (2008): told apart by every kind of colour vision; two more by lightness. The two
// that are hardly seen on white have another there (docs/decisions/0014-studio.md).
const kInDark: [string, Colour][] = [
  ['orange', [230, 159, 0]],
  ['sky blue', [86, 180, 233]],
  ['green', [0, 158, 115]],
  ['yellow', [240, 228, 66]],
  ['blue', [0, 114, 178]],
  ['vermilion', [213, 94, 0]],
  ['purple', [204, 121, 167]],
  ['white', [255, 255, 255]],
  ['brown', [130, 90, 50]],
];
const kInLight = kInDark.slice();
kInLight[3] = ['olive', [160, 150, 80]];
kInLight[7] = ['black', [20, 20, 20]];

export const kColours = kInDark.length;
const palette = computed(() => (isDark.value ? kInDark : kInLight));
/** Of 0 … kColours − 1. */
export const colourAt = (place: number): Colour | undefined => palette.value[place]?.[1];
export const colourName = (place: number): string => palette.value[place]![0];
