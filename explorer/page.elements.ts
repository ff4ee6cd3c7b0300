/** Finds and makes elements of the page. */

/** @throws Error where page.html has no element of that id */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names the type as the caller sees it, as querySelector does
export function element<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element #${id}.`);
  return found as Type;
}

export function made<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, text = ""): HTMLElementTagNameMap[Tag] {
  const fresh = document.createElement(tag);
  fresh.textContent = text;
  return fresh;
}

/** The key that was typed at the top of the page, as a header; kept in memory only. */
export function keyHeader(): Record<string, string> {
  const key = element<HTMLInputElement>("api-key").value.trim();
  return key === "" ? {} : { authorization: `Bearer ${key}` };
}
