// What counts as words of a component's own.
import { parse } from "svelte/compiler";
import { expect, it } from "vitest";
import type { Node } from "./read";
import { callsOf, ownWords, type Source } from "./sources";

const component = (text: string): Source => ({ path: "Some.svelte", root: parse(text, { modern: true }) as unknown as Node });

it.each([
  ["<p>No answer yet</p>", ["No answer yet"]],
  ["<p>{name}, hello</p>", [", hello"]],
  ['<button aria-label="Close"></button>', ["Close"]],
  ['<input placeholder="Search" title="Find {what}" />', ["Search", "Find"]],
  ["<img alt='Portrait' />", ["Portrait"]],
  ["<p>{live ? 'live' : 'offline'}</p>", ["live", "offline"]],
  ["<kbd>Ctrl K</kbd>", ["Ctrl K"]],
  ["<p>{`${count} unread`}</p>", ["unread"]],
  ['<Modal title="Settings" />', ["Settings"]],
  ['<script lang="ts">const lead = "The list cannot be read.";</script>', ["The list cannot be read."]],
  ['<script lang="ts">toasts.say("bad", `Saved to ${path}`);</script>', ["Saved to"]],
])("%s", (text, words) => {
  expect(ownWords(component(text)).map((one) => one.trim())).toEqual(words);
});

it.each([
  "<p>{name} · {time}</p>",
  "<kbd>Esc</kbd><kbd>Alt 2</kbd><kbd>{keyName('Ctrl K')}</kbd>",
  "<p>{t('window-opening')}</p>",
  "<p>{state === 'live' ? name : ''}</p>",
  '<div class="quiet icon" data-testid="row" role="status"></div>',
  '<input type="radio" name="reason" value="other" />',
  "<p>Tandem</p>",
  '<script lang="ts">document.querySelector("[data-focus=list] button");</script>',
])("%s has none", (text) => {
  expect(ownWords(component(text))).toEqual([]);
});

it("both words of a choice are asked for", () => {
  expect(callsOf(component("<p>{t(busy ? 'sign-in.busy' : 'sign-in.submit')}{t('snooze', { name })}{t('bar-asked', whom(by))}</p>"))).toEqual([
    { path: "Some.svelte", id: "sign-in.busy", args: [] },
    { path: "Some.svelte", id: "sign-in.submit", args: [] },
    { path: "Some.svelte", id: "snooze", args: ["name"] },
    { path: "Some.svelte", id: "bar-asked", args: null },
  ]);
});
