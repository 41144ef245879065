<?php
// SPDX-License-Identifier: MIT
// The peer in PHP: one file, PDO, a persistent connection for each worker.

declare(strict_types=1);

function answer(int $status, ?array $body = null): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    if ($body !== null) {
        echo json_encode($body, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
    }
    exit;
}

function fail(int $status, string $why): never
{
    global $db, $began;

    if ($began) {
        $db->exec('ROLLBACK');
    }
    answer($status, ['error' => $why]);
}

function run(string $sql, array $values = []): PDOStatement
{
    global $db;

    $statement = $db->prepare($sql);
    $statement->execute($values);
    return $statement;
}

function find(string $sql, array $values): array
{
    $statement = run($sql, $values);
    $row = $statement->fetch();
    $statement->closeCursor();
    return $row === false ? fail(404, 'not found') : $row;
}

function find_own(string $id, string $user): array
{
    $prompt = find('SELECT * FROM prompts WHERE id = ?', [$id]);
    return $prompt['owner_id'] === $user ? $prompt
        : fail(403, 'not your prompt');
}

// PDO's own transactions begin deferred, and such a one may not turn to
// writing beside others.
function begin(): void
{
    global $db, $began;

    $db->exec('BEGIN IMMEDIATE');
    $began = true;
}

function commit(): void
{
    global $db;

    $db->exec('COMMIT');
}

function read_user(): string
{
    $header = $_SERVER['HTTP_AUTHORIZATION'] ?? '';
    if (!str_starts_with($header, 'Bearer ')) {
        fail(401, 'no token');
    }
    $query = run('SELECT user_id FROM tokens WHERE hash = CAST(? AS BLOB)',
        [hash('sha256', substr($header, 7), true)]);
    $user = $query->fetchColumn();
    $query->closeCursor();
    return $user === false ? fail(401, 'a wrong token') : $user;
}

function read_body(): array
{
    $body = json_decode(file_get_contents('php://input'), true, 16);
    return is_array($body) ? $body : fail(400, 'not a JSON object');
}

function now(): int
{
    return (int) (microtime(true) * 1000);
}

function show(array $prompt): array
{
    $prompt['tags'] = json_decode($prompt['tags']);
    return $prompt;
}

function read_patch(): array
{
    $patch = read_body();
    foreach (['title', 'content', 'model'] as $name) {
        if (isset($patch[$name]) && !is_string($patch[$name])) {
            fail(400, "$name must be text");
        }
    }
    $length = count_characters($patch['title'] ?? 'none');
    if ($length < 3 || $length > 100) {
        fail(400, 'title must have 3 to 100 characters');
    }
    if (isset($patch['tags']) && (!is_array($patch['tags'])
        || array_filter($patch['tags'], 'is_string') !== $patch['tags'])) {
        fail(400, 'tags must be an array of texts');
    }
    return $patch;
}

// mbstring is a package of its own.
function count_characters(string $text): int
{
    return function_exists('mb_strlen') ? mb_strlen($text) : strlen($text);
}

function patch_prompt(string $id, string $user): never
{
    $patch = read_patch();
    if (isset($patch['tags'])) {
        $patch['tags'] = json_encode($patch['tags']);
    }
    begin();
    $prompt = array_merge(find_own($id, $user), array_intersect_key($patch,
        ['title' => 1, 'content' => 1, 'model' => 1, 'tags' => 1]));
    $prompt['version']++;
    $prompt['updated_at'] = now();
    run('UPDATE prompts SET title = ?, content = ?, model = ?, tags = ?,
         version = ?, updated_at = ? WHERE id = ?',
        [$prompt['title'], $prompt['content'], $prompt['model'],
         $prompt['tags'], $prompt['version'], $prompt['updated_at'], $id]);
    run('INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?)',
        [$id, $prompt['version'], $prompt['title'], $prompt['content'],
         $prompt['model'], $prompt['tags'], $prompt['updated_at']]);
    commit();
    answer(200, show($prompt));
}

function delete_prompt(string $id, string $user): never
{
    begin();
    find_own($id, $user);
    run('DELETE FROM prompts WHERE id = ?', [$id]);
    commit();
    answer(204);
}

function put_payload(string $prompt_id, string $id, string $user): never
{
    $body = read_body();
    if (!is_string($body['name'] ?? '') || !is_array($body['variables'])) {
        fail(400, 'name and variables');
    }
    $variables = json_encode((object) $body['variables']);
    begin();
    find_own($prompt_id, $user);
    $payload = find('SELECT * FROM payloads WHERE id = ? AND prompt_id = ?',
        [$id, $prompt_id]);
    $payload['name'] = $body['name'] ?? $payload['name'];
    $payload['updated_at'] = now();
    run('UPDATE payloads SET name = ?, variables = ?, updated_at = ?
         WHERE id = ?',
        [$payload['name'], $variables, $payload['updated_at'], $id]);
    commit();
    $payload['variables'] = $body['variables'];
    answer(200, $payload);
}

$began = false;
$db = new PDO('sqlite:' . getenv('BENCH_DB'), null, null, [
    PDO::ATTR_PERSISTENT => true,
    PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
    PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
]);
$db->exec('PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000;'
    . 'PRAGMA synchronous = ' . (getenv('BENCH_SYNC') ?: 'FULL'));

if (!preg_match('#^/prompts/([\w-]+)(?:/payloads/([\w-]+))?$#',
    parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), $path)) {
    fail(404, 'no such path');
}
$user = read_user();
match ($_SERVER['REQUEST_METHOD'] . (isset($path[2]) ? ' payload' : '')) {
    'GET' => answer(200, show(find_own($path[1], $user))),
    'PATCH' => patch_prompt($path[1], $user),
    'DELETE' => delete_prompt($path[1], $user),
    'PUT payload' => put_payload($path[1], $path[2], $user),
    default => fail(405, 'no such operation'),
};
