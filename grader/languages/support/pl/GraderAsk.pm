package GraderAsk;
use strict;
use warnings;
use POSIX ();
use GraderWire;

sub leave {
    my ($why) = @_;
    print STDERR substr(defined $why ? $why : '', 0, 1000);
    POSIX::_exit(97);
}

sub call {
    my ($name, @given) = @_;
    my $list = wantarray;
    my $answer = eval {
        GraderWire::send_message([$name, $list ? 1 : 0, \@given]);
        GraderWire::receive();
    };
    leave("talked nonsense: $@") if $@;
    leave('left before the tests were over') if !$answer;
    leave('talked nonsense') if @$answer != 2 || !defined $answer->[0] || ref($answer->[0]);
    leave($answer->[1]) if $answer->[0] ne 'value' || ref($answer->[1]) ne 'ARRAY';
    my @found = @{ $answer->[1] };
    return $found[-1] if @found < 2 || !$list;
    # A list among a test's arguments would stand in the place of what the test expects.
    return bless({ what => 'a list of ' . @found . ' values' }, 'GraderWire::Unknown');
}

1;
