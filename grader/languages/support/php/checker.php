<?php
require __DIR__ . '/values.php';

function grader_leave(string $why): never {
    fwrite(STDERR, substr($why, 0, 1000));
    exit(97);
}

function grader_ask(string $name, array $given) {
    try {
        GraderWire::send(['call' => $name, 'given' => $given]);
        $answer = GraderWire::receive();
    } catch (UnexpectedValueException $error) {
        grader_leave($error->getMessage());
    }
    if ($answer === null) grader_leave('left before the tests were over');
    if (!array_key_exists('value', $answer)) {
        $why = $answer['raised'] ?? '';
        grader_leave(is_string($why) ? $why : 'talked nonsense');
    }
    return $answer['value'];
}
