// SPDX-License-Identifier: MIT
// The peer in Node: one process, Fastify and better-sqlite3, nothing in front.
'use strict';

const { createHash } = require('node:crypto');
const Database = require('better-sqlite3');
const app = require('fastify')();

const db = new Database(process.env.BENCH_DB);
db.pragma('foreign_keys = ON');
db.pragma('busy_timeout = 10000');
db.pragma(`synchronous = ${process.env.BENCH_SYNC || 'FULL'}`);

const statements = {
	findUser: db.prepare(
		'SELECT user_id FROM tokens WHERE hash = ?').pluck(),
	findPrompt: db.prepare('SELECT * FROM prompts WHERE id = ?'),
	updatePrompt: db.prepare(
		'UPDATE prompts SET title = ?, content = ?, model = ?, tags = ?,' +
		' version = ?, updated_at = ? WHERE id = ?'),
	addVersion: db.prepare(
		'INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?)'),
	deletePrompt: db.prepare('DELETE FROM prompts WHERE id = ?'),
	findPayload: db.prepare(
		'SELECT * FROM payloads WHERE id = ? AND prompt_id = ?'),
	updatePayload: db.prepare(
		'UPDATE payloads SET name = ?, variables = ?, updated_at = ?' +
		' WHERE id = ?'),
};

function fail(statusCode, message) {
	throw Object.assign(new Error(message), { statusCode });
}

function readUser(request) {
	const header = request.headers.authorization || '';
	if (!header.startsWith('Bearer '))
		fail(401, 'no token');
	return statements.findUser.get(
		createHash('sha256').update(header.slice(7)).digest()) ||
		fail(401, 'a wrong token');
}

function findOwn(id, user) {
	const prompt = statements.findPrompt.get(id) || fail(404, 'not found');
	return prompt.owner_id === user ? prompt : fail(403, 'not your prompt');
}

function show(prompt) {
	prompt.tags = JSON.parse(prompt.tags);
	return prompt;
}

const patchPrompt = db.transaction((id, user, patch) => {
	const prompt = Object.assign(findOwn(id, user), patch);
	if (patch.tags !== undefined)
		prompt.tags = JSON.stringify(patch.tags);
	prompt.version++;
	prompt.updated_at = Date.now();
	statements.updatePrompt.run(prompt.title, prompt.content, prompt.model,
		prompt.tags, prompt.version, prompt.updated_at, id);
	statements.addVersion.run(id, prompt.version, prompt.title,
		prompt.content, prompt.model, prompt.tags, prompt.updated_at);
	return prompt;
});

const deletePrompt = db.transaction((id, user) => {
	findOwn(id, user);
	statements.deletePrompt.run(id);
});

const putPayload = db.transaction((promptId, id, user, body) => {
	findOwn(promptId, user);
	const payload = statements.findPayload.get(id, promptId) ||
		fail(404, 'not found');
	payload.name = body.name ?? payload.name;
	payload.variables = JSON.stringify(body.variables);
	payload.updated_at = Date.now();
	statements.updatePayload.run(payload.name, payload.variables,
		payload.updated_at, id);
	return { ...payload, variables: body.variables };
});

const text = { type: 'string' };
const integer = { type: 'integer' };
const promptSchema = {
	type: 'object',
	properties: {
		id: text, owner_id: text, title: text, content: text, model: text,
		tags: { type: 'array', items: text }, version: integer,
		created_at: integer, updated_at: integer,
	},
};
const patchSchema = {
	type: 'object',
	additionalProperties: false,
	properties: {
		title: { type: 'string', minLength: 3, maxLength: 100 },
		content: text,
		model: text,
		tags: { type: 'array', items: text },
	},
};
const payloadSchema = {
	type: 'object',
	required: ['variables'],
	properties: { name: text, variables: { type: 'object' } },
};

app.setErrorHandler((error, request, reply) =>
	reply.code(error.statusCode || 500).send({ error: error.message }));
app.get('/prompts/:id', { schema: { response: { 200: promptSchema } } },
	(request, reply) => {
		reply.send(show(findOwn(
			request.params.id, readUser(request))));
	});
app.patch('/prompts/:id',
	{ schema: { body: patchSchema, response: { 200: promptSchema } } },
	(request, reply) => {
		reply.send(show(patchPrompt.immediate(
			request.params.id, readUser(request), request.body)));
	});
app.delete('/prompts/:id', (request, reply) => {
	deletePrompt.immediate(request.params.id, readUser(request));
	reply.code(204).send();
});
app.put('/prompts/:id/payloads/:payload', { schema: { body: payloadSchema } },
	(request, reply) => {
		reply.send(putPayload.immediate(request.params.id,
			request.params.payload, readUser(request), request.body));
	});
app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
