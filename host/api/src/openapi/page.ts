// SPDX-License-Identifier: Apache-2.0
/**
 * A page that shows the OpenAPI document and sends requests. It is self-contained: it sends no
 * request to another host, so it works offline and leaks no data.
 */
export const SWAGGER_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>REST routes</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem; }
  h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
  details { border: 1px solid #8886; border-radius: 4px; margin: .25rem 0; }
  summary { cursor: pointer; padding: .35rem .6rem; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
  form p { margin: 0; }
  form { padding: .6rem; display: grid; gap: .4rem; }
  label { display: grid; grid-template-columns: minmax(8rem, 18rem) 1fr; gap: .6rem; align-items: start; }
  input, textarea { font: inherit; width: 100%; box-sizing: border-box; }
  textarea { min-height: 6rem; font-family: ui-monospace, monospace; }
  pre { margin: 0; padding: .6rem; background: #8882; overflow: auto; max-height: 30rem; white-space: pre-wrap; overflow-wrap: anywhere; }
  button { justify-self: start; }
  .verb { display: inline-block; width: 4rem; font-weight: 600; }
  #filter { padding: .4rem; }
</style>
</head>
<body>
<h1 id="title">REST routes</h1>
<p><a href="/openapi.json">openapi.json</a></p>
<input id="filter" type="search" placeholder="Filter by path or words" aria-label="Filter by path or words">
<main id="routes"></main>
<script>
"use strict";
const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const send = async (verb, path, operation, form, output) => {
  const values = new FormData(form);
  const query = new URLSearchParams();
  const headers = {};
  let url = path;
  for (const { name, in: place } of operation.parameters) {
    const value = String(values.get(name) ?? "");
    if (place === "path") url = url.replace("{" + name + "}", encodeURIComponent(value));
    else if (place === "header") { if (value) headers[name] = value; }
    else if (value) query.append(name, value);
  }
  if ([...query].length > 0) url += "?" + query;
  output.textContent = verb.toUpperCase() + " " + url;
  try {
    const body = operation.requestBody === undefined ? undefined : String(values.get("body") ?? "");
    const answer = await fetch(url, { method: verb.toUpperCase(), headers, body });
    const text = await answer.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch {}
    output.textContent = verb.toUpperCase() + " " + url + "\\n" + answer.status + "\\n\\n" + shown;
  } catch (error) {
    output.textContent += "\\n" + error;
  }
};
const resolve = (document_, item) => item.$ref ? item.$ref.slice(2).split("/").reduce((at, key) => at[key], document_) : item;
const show = (document_) => {
  const groups = new Map();
  for (const [path, verbs] of Object.entries(document_.paths)) {
    for (const [verb, operation] of Object.entries(verbs)) {
      operation.parameters = operation.parameters.map((each) => resolve(document_, each));
      const output = make("pre", { hidden: true });
      const form = make("form", {}, ...operation.parameters.map(({ name, schema, required, example }) =>
        make("label", {}, make("span", { textContent: name + (required ? " *" : "") }),
          make("input", { name, required, value: example ?? "", placeholder: schema.format ?? schema.type ?? "" }))));
      if (operation.summary) form.prepend(make("p", { textContent: operation.summary }));
      if (operation.requestBody) {
        const { example = {} } = operation.requestBody.content["application/json"];
        form.append(make("textarea", { name: "body", value: JSON.stringify(example, null, 2), ariaLabel: "JSON body" }));
      }
      form.append(make("button", { textContent: "Send" }), output);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        output.hidden = false;
        void send(verb, path, operation, form, output);
      });
      const route = make("details", {}, make("summary", {}, make("span", { className: "verb", textContent: verb.toUpperCase() }), path), form);
      route.dataset.text = (path + " " + (operation.summary ?? "")).toLowerCase();
      const tag = operation.tags[0];
      if (!groups.has(tag)) groups.set(tag, make("section", {}, make("h2", { textContent: tag })));
      groups.get(tag).append(route);
    }
  }
  document.title = document_.info.title;
  document.getElementById("title").textContent = document_.info.title + " " + document_.info.version;
  document.getElementById("routes").append(...groups.values());
};
document.getElementById("filter").addEventListener("input", ({ target }) => {
  for (const section of document.querySelectorAll("section")) {
    let any = false;
    for (const route of section.querySelectorAll("details")) {
      route.hidden = !route.dataset.text.includes(target.value.trim().toLowerCase());
      any ||= !route.hidden;
    }
    section.hidden = !any;
  }
});
fetch("/openapi.json").then((answer) => answer.json()).then(show);
</script>
</body>
</html>
`;
