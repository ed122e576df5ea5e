<?php
// Values and messages, both ends: a letter, then what it needs. Lengths and counts are 32 bits.
final class GraderUnknown {
    public function __construct(public string $what) {}
}

final class GraderWire {
    const MOST = 16 << 20;
    const DEEP = 200;
    private static $asks;
    private static $answers;

    static function open(): void {
        self::$asks = fopen('php://fd/3', 'rb');
        self::$answers = fopen('php://fd/4', 'wb');
    }

    static function receive(): ?array {
        $head = self::exactly(4);
        if ($head === null) return null;
        $size = unpack('N', $head)[1];
        if ($size > self::MOST) throw new UnexpectedValueException('a message of more than 16 MiB');
        $body = self::exactly($size);
        if ($body === null) return null;
        $at = 0;
        $value = self::decode($body, $at, 0);
        if ($at !== $size || !is_array($value)) throw new UnexpectedValueException('no message');
        return $value;
    }

    static function send(array $message): void {
        $body = self::encode($message, 0);
        if (strlen($body) > self::MOST) throw new UnexpectedValueException('an answer of more than 16 MiB');
        $data = pack('N', strlen($body)) . $body;
        for ($at = 0; $at < strlen($data); $at += $sent) {
            $sent = @fwrite(self::$answers, substr($data, $at, 65536));
            if (!$sent) throw new UnexpectedValueException('left before the tests were over');
        }
    }

    private static function exactly(int $size): ?string {
        $data = '';
        while (strlen($data) < $size) {
            $got = fread(self::$asks, $size - strlen($data));
            if ($got === false || $got === '') return null;
            $data .= $got;
        }
        return $data;
    }

    private static function text(string $letter, string $text): string {
        return $letter . pack('N', strlen($text)) . $text;
    }

    static function encode($value, int $depth): string {
        if ($value === null) return 'n';
        if ($value === true) return 't';
        if ($value === false) return 'f';
        if (is_int($value)) return 'i' . pack('J', $value);
        if (is_float($value)) return 'd' . pack('E', $value);
        if (is_string($value)) return self::text('s', $value);
        if (!is_array($value)) return self::text('x', is_object($value) ? get_class($value) : gettype($value));
        if ($depth >= self::DEEP) return self::text('x', 'an array of more than ' . self::DEEP . ' levels');
        $parts = ['m' . pack('N', count($value))];
        foreach ($value as $key => $item) {
            $parts[] = self::encode($key, 0) . self::encode($item, $depth + 1);
        }
        return implode('', $parts);
    }

    private static function take(string $body, int &$at, int $size): string {
        if ($size < 0 || $at + $size > strlen($body)) throw new UnexpectedValueException('a message that ends early');
        $at += $size;
        return substr($body, $at - $size, $size);
    }

    static function decode(string $body, int &$at, int $depth) {
        if ($depth > self::DEEP + 2) throw new UnexpectedValueException('a message that is too deep');
        switch (self::take($body, $at, 1)) {
            case 'n': return null;
            case 't': return true;
            case 'f': return false;
            case 'i': return unpack('J', self::take($body, $at, 8))[1];
            case 'd': return unpack('E', self::take($body, $at, 8))[1];
            case 's': return self::take($body, $at, unpack('N', self::take($body, $at, 4))[1]);
            case 'x': return new GraderUnknown(self::take($body, $at, unpack('N', self::take($body, $at, 4))[1]));
            case 'm': return self::pairs($body, $at, $depth);
        }
        throw new UnexpectedValueException('a message of no kind');
    }

    private static function pairs(string $body, int &$at, int $depth): array {
        $made = [];
        $count = unpack('N', self::take($body, $at, 4))[1];
        for ($number = 0; $number < $count; $number++) {
            $key = self::decode($body, $at, $depth + 1);
            if (!is_int($key) && !is_string($key)) throw new UnexpectedValueException('no key');
            $made[$key] = self::decode($body, $at, $depth + 1);
        }
        return $made;
    }
}

GraderWire::open();
