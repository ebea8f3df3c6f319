// SPDX-License-Identifier: Apache-2.0
// What a run is asked for: fields that are made from the program's own table of parameters. The program says what
// is wrong with a value, in its words.
import { computed, effect, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { bytes, server } from './server';

interface Parameter {
  for: 'run' | 'export';
  name: string;
  topic: string;
  help: string;
  value: string;
  choices: string[];
  flag: boolean;
  default: string;
}

const kSettings = 'divisi settings';
const kLongestWord = 9; // that a field has room for
const kPause = 250; // ms without a key, then the program is asked

const table = signal<Parameter[]>([]);
const kept = JSON.parse(localStorage.getItem(kSettings) ?? '{}') as Record<string, string>;
/** What differs from the defaults. */
export const wanted = signal<Record<string, string>>(kept);
const fault = signal<{ field: string; error: string } | null>(null);

export function set(name: string, value: string): void {
  const { [name]: _, ...others } = wanted.value;
  const usual = table.value.find((p) => p.name === name)?.default;
  wanted.value = value === '' || value === usual ? others : { ...others, [name]: value };
}

/** What is wrong with a value: what the program said now, or when it ran. */
const faultOf = computed<Record<string, string>>(() => {
  const said = fault.value ?? { field: '', error: server.value?.error ?? '' };
  const field = said.field || (/^([a-z-]+): expected /.exec(said.error)?.[1] ?? '');
  return field ? { [field]: said.error.slice(field.length + 2) } : {};
});

async function check(values: Record<string, string>, stale: () => boolean): Promise<void> {
  const response = await fetch('api/check', { method: 'POST', body: JSON.stringify(values) });
  const said = (await response.json()) as { error?: string; field?: string };
  if (!stale()) fault.value = response.ok || !said.field ? null : { field: said.field, error: said.error! };
}

/** Fetches the table; from now on every change is kept, and checked by the program. */
export async function beginParameters(): Promise<void> {
  table.value = JSON.parse(new TextDecoder().decode(await bytes('api/parameters'))) as Parameter[];
  effect(() => {
    const now = wanted.value;
    localStorage.setItem(kSettings, JSON.stringify(now));
    if (server.value?.recording === undefined) return undefined;
    let old = false;
    const timer = setTimeout(() => void check(now, () => old).catch(() => undefined), kPause);
    return () => {
      old = true;
      clearTimeout(timer);
    };
  });
}

interface FieldProps {
  p: Parameter;
  label: string;
  value: string;
  change: (value: string) => void;
  fault?: string | undefined;
}

function Control({ p, label, value, change, fault: wrong }: FieldProps): JSX.Element {
  const isWord = p.default.length <= kLongestWord;
  const help = isWord ? p.help : `${p.help}; empty: ${p.default}`;
  const common = { name: p.name, 'aria-label': label, 'aria-invalid': wrong !== undefined, title: wrong ?? help };
  if (p.flag) {
    const on = (value || p.default) === 'true';
    return <input {...common} type="checkbox" checked={on} onChange={(e) => change(String(e.currentTarget.checked))} />;
  }
  if (p.choices.length > 0) {
    return (
      <select {...common} value={value || p.default} onChange={(e) => change(e.currentTarget.value)}>
        {p.choices.map((word) => (
          <option key={word}>{word}</option>
        ))}
      </select>
    );
  }
  return (
    <input {...common} type="text" inputMode="decimal" value={value} placeholder={isWord ? p.default : 'any'} onInput={(e) => change(e.currentTarget.value)} />
  );
}

/** One of the parameters that are asked for most, with a label of its own. */
export function Field({ name, label }: { name: string; label: string }): JSX.Element | null {
  const p = table.value.find((q) => q.for === 'run' && q.name === name);
  if (!p) return null;
  return (
    <label class="field">
      {label}
      <Control p={p} label={label} value={wanted.value[name] ?? ''} change={(v) => set(name, v)} fault={faultOf.value[name]} />
    </label>
  );
}

/** A parameter as on the command line, with its line of help, or what is wrong with it. */
export function Entry({ p, value, change, fault: wrong }: Omit<FieldProps, 'label'>): JSX.Element {
  return (
    <div class={`entry ${value && value !== p.default ? 'changed' : ''}`}>
      <span class="parameter" aria-hidden="true">
        {p.name}
      </span>
      <Control p={p} label={p.name} value={value} change={change} fault={wrong} />
      <span class={wrong ? 'wrong' : 'hint'}>{wrong ?? p.help}</span>
    </div>
  );
}

export const offered = (what: Parameter['for']): Parameter[] => table.value.filter((p) => p.for === what);

/** Everything that a run takes, behind "More". */
export function Drawer({ except }: { except: string[] }): JSX.Element {
  const all = offered('run').filter((p) => !except.includes(p.name));
  const topics = [...new Set(all.map((p) => p.topic))];
  const wrong = faultOf.value;
  const isWrong = all.some((p) => wrong[p.name]);
  const changed = all.filter((p) => wanted.value[p.name]).length;
  return (
    <details>
      <summary>
        More{changed > 0 && <span class="count" title={`${changed} differ from the defaults`}>{changed}</span>}
        {isWrong && <span class="wrong"> !</span>}
      </summary>
      <div class="drawer">
        {topics.map((topic) => (
          <section key={topic} aria-label={topic}>
            <h2>{topic}</h2>
            {all
              .filter((p) => p.topic === topic)
              .map((p) => (
                <Entry key={p.name} p={p} value={wanted.value[p.name] ?? ''} change={(v) => set(p.name, v)} fault={wrong[p.name]} />
              ))}
          </section>
        ))}
        <div class="foot">
          <span class="hint">What is empty is as by default. These are the flags of divisi separate; the whole table: divisi separate --help.</span>
          <button disabled={Object.keys(wanted.value).length === 0} onClick={() => (wanted.value = {})}>
            All as by default
          </button>
        </div>
      </div>
    </details>
  );
}
