package GraderWire;
# Values and messages, both ends: a letter, then what it needs. Lengths and counts are 32 bits.
use strict;
use warnings;
use B ();

my ($MOST, $DEEP) = (16 << 20, 200);
open(my $asks, '<&=', 3) or die "no channel: $!";
open(my $answers, '>&=', 4) or die "no channel: $!";
binmode($asks);
binmode($answers);

sub exactly {
    my ($size) = @_;
    my $data = '';
    while (length($data) < $size) {
        my $got = sysread($asks, $data, $size - length($data), length($data));
        return undef if !$got;
    }
    return $data;
}

sub receive {
    my $head = exactly(4);
    return undef if !defined $head;
    my $size = unpack('N', $head);
    die "a message of more than 16 MiB\n" if $size > $MOST;
    my $body = exactly($size);
    return undef if !defined $body;
    my $at = 0;
    my $value = decode(\$body, \$at, 0);
    die "no message\n" if $at != $size || ref($value) ne 'ARRAY';
    return $value;
}

sub send_message {
    my ($message) = @_;
    my $body = encode($message, 0);
    die "an answer of more than 16 MiB\n" if length($body) > $MOST;
    my $data = pack('N', length($body)) . $body;
    local $SIG{PIPE} = 'IGNORE';
    my $at = 0;
    while ($at < length($data)) {
        my $sent = syswrite($answers, $data, length($data) - $at, $at);
        die "left before the tests were over\n" if !$sent;
        $at += $sent;
    }
}

sub text {
    my ($letter, $text) = @_;
    if (utf8::is_utf8($text)) {
        utf8::encode($text);
        $letter = 'u' if $letter eq 's';
    }
    return $letter . pack('N', length($text)) . $text;
}

sub encode {
    my ($value, $depth) = @_;
    return 'n' if !defined $value;
    my $kind = ref($value);
    if (!$kind) {
        my $flags = B::svref_2object(\$value)->FLAGS;
        return text('s', $value) if $flags & B::SVf_POK;
        return text('i', "$value") if $flags & B::SVf_IOK;
        return 'd' . pack('d>', $value) if $flags & B::SVf_NOK;
        return text('s', "$value");
    }
    return text('x', "more than $DEEP levels") if $depth >= $DEEP;
    if ($kind eq 'ARRAY') {
        return join('', 'l' . pack('N', scalar @$value), map { encode($_, $depth + 1) } @$value);
    }
    if ($kind eq 'HASH') {
        my @keys = keys %$value;
        return join('', 'm' . pack('N', scalar @keys), map { text('s', $_), encode($value->{$_}, $depth + 1) } @keys);
    }
    if ($kind eq 'Math::BigInt' || $kind eq 'Math::BigFloat') {
        return text('b', ($kind eq 'Math::BigInt' ? 'i' : 'f') . $value->bstr);
    }
    return text('x', $kind);
}

sub take {
    my ($body, $at, $size) = @_;
    die "a message that ends early\n" if $$at + $size > length($$body);
    $$at += $size;
    return substr($$body, $$at - $size, $size);
}

sub decode {
    my ($body, $at, $depth) = @_;
    die "a message that is too deep\n" if $depth > $DEEP + 2;
    my $letter = take($body, $at, 1);
    return undef if $letter eq 'n';
    return unpack('d>', take($body, $at, 8)) if $letter eq 'd';
    die "a message of no kind\n" if $letter !~ /\A[isubxlm]\z/;
    my $size = unpack('N', take($body, $at, 4));
    return many($body, $at, $depth, $size, $letter) if $letter eq 'l' || $letter eq 'm';
    my $text = take($body, $at, $size);
    return $text if $letter eq 's';
    return $text + 0 if $letter eq 'i' && $text =~ /\A-?[0-9]{1,20}\z/;
    return big($text) if $letter eq 'b';
    return bless({ what => $text }, 'GraderWire::Unknown') if $letter eq 'x';
    die "no text\n" if $letter ne 'u' || !utf8::decode($text);
    return $text;
}

sub many {
    my ($body, $at, $depth, $count, $letter) = @_;
    die "a message that ends early\n" if $count > length($$body) - $$at;
    return [map { decode($body, $at, $depth + 1) } 1 .. $count] if $letter eq 'l';
    my %made;
    for (1 .. $count) {
        my $key = decode($body, $at, $depth + 1);
        die "no key\n" if !defined $key || ref($key);
        $made{$key} = decode($body, $at, $depth + 1);
    }
    return \%made;
}

sub big {
    my ($text) = @_;
    die "no number\n" if $text !~ /\A([if])(-?[0-9]{1,10000}(?:\.[0-9]{1,10000})?|NaN|-?inf)\z/;
    require Math::BigFloat;
    require Math::BigInt;
    return $1 eq 'i' ? Math::BigInt->new($2) : Math::BigFloat->new($2);
}

1;
