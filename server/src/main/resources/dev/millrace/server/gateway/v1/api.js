// Draws the OpenAPI document. Text is set as text, never as markup.
const element = (name, text, attributes = {}) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

const typeOf = (schema) => {
  if (!schema) return '';
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.allOf) return typeOf(schema.allOf[0]);
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`;
  if (schema.type === 'object' && schema.additionalProperties) return `map to ${typeOf(schema.additionalProperties)}`;
  return schema.format ? `${schema.type} (${schema.format})` : schema.type ?? '';
};

const table = (title, rows) => {
  const made = element('table');
  made.append(element('caption', title));
  for (const [name, type, words] of rows) {
    const row = made.insertRow();
    const head = element('th', undefined, { scope: 'row' });
    head.append(element('code', name));
    row.append(head);
    row.insertCell().append(element('code', type));
    row.insertCell().textContent = words ?? '';
  }
  return made;
};

const fieldsOf = (api, schema) => {
  const known = schema?.$ref ? api.components.schemas[schema.$ref.split('/').pop()] : schema;
  return Object.entries(known?.properties ?? {}).map(([name, field]) => [name, typeOf(field), field.description]);
};

const curl = (path, verb, call) => {
  const where = `${location.origin}${path}`;
  if (!call.requestBody) return verb === 'get' ? `curl '${where}'` : `curl -X ${verb.toUpperCase()} '${where}'`;
  if (call.requestBody.content['image/*']) return `curl --data-binary @digit.png '${where}'`;
  return `curl -X ${verb.toUpperCase()} '${where}' -H 'content-type: application/json' -d '{}'`;
};

const draw = (api, path, verb, call) => {
  const made = element('article', undefined, { id: call.operationId });
  const title = element('h3');
  title.append(element('span', verb.toUpperCase(), { class: 'verb' }), path);
  made.append(title, element('p', call.description ?? call.summary, { class: 'words' }));
  if (call.parameters?.length) {
    made.append(table('Parameters', call.parameters.map((each) => [each.name, `${typeOf(each.schema)}, ${each.in}`, each.description])));
  }
  const body = call.requestBody?.content['application/json']?.schema;
  if (body) made.append(table(`Body: ${typeOf(body)}`, fieldsOf(api, body)));
  const answer = Object.values(call.responses['200']?.content ?? {})[0]?.schema;
  const fields = fieldsOf(api, answer);
  if (fields.length) made.append(table(`Answer: ${typeOf(answer)}`, fields));
  made.append(element('pre', curl(path, verb, call)));
  return made;
};

const calls = document.getElementById('calls');
const contents = document.getElementById('contents');

const show = (api, wanted) => {
  calls.replaceChildren();
  contents.replaceChildren();
  for (const tag of api.tags) {
    const list = element('ul');
    const section = element('section');
    for (const [path, verbs] of Object.entries(api.paths)) {
      for (const [verb, call] of Object.entries(verbs)) {
        const text = `${verb} ${path} ${call.summary}`.toLowerCase();
        if (call.tags[0] !== tag.name || !text.includes(wanted)) continue;
        section.append(draw(api, path, verb, call));
        const item = element('li');
        item.append(element('a', `${verb.toUpperCase()} ${path.replace('/api/v1', '')}`, { href: `#${call.operationId}` }));
        list.append(item);
      }
    }
    if (!list.children.length) continue;
    contents.append(element('h2', tag.name), list);
    section.prepend(element('h2', tag.name), element('p', tag.description ?? '', { class: 'words' }));
    calls.append(section);
  }
  if (!calls.children.length) calls.append(element('p', 'No call has these words.'));
};

try {
  const answer = await fetch('/api/v1/openapi.json');
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  const api = await answer.json();
  show(api, '');
  document.getElementById('filter').addEventListener('input', (event) => show(api, event.target.value.toLowerCase()));
} catch (problem) {
  calls.replaceChildren(element('p', `The document cannot be read: ${problem.message}.`));
}
