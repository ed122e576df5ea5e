use strict;
use warnings;
use POSIX ();
use lib '.';
use GraderWire;

my ($receive, $send, $leave) = (\&GraderWire::receive, \&GraderWire::send_message, \&POSIX::_exit);
do './solution.pl';
die $@ if $@;
while (my $asked = $receive->()) {
    my ($name, $list, $given) = @$asked;
    my @found = eval {
        no strict 'refs';
        $list ? &{"main::$name"}(@$given) : scalar(&{"main::$name"}(@$given));
    };
    my $raised = $@;
    $send->($raised ? ['raised', substr("$raised", 0, 1000)] : ['value', \@found]);
}
$leave->(0);
