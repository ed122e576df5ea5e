<?php
require __DIR__ . '/values.php';
require __DIR__ . '/solution.php';

(static function (): void {
    while (($asked = GraderWire::receive()) !== null) {
        try {
            $answer = ['value' => ($asked['call'])(...array_values($asked['given']))];
        } catch (Throwable $error) {
            $answer = ['raised' => substr(get_class($error) . ': ' . $error->getMessage(), 0, 1000)];
        }
        GraderWire::send($answer);
    }
    exit(0);
})();
