# A short message centre made with Net::SMPP, an implementation of SMPP 3.4 that
# has nothing to do with ours. It says what it does, a line each:
#
#   bound SYSTEM | refused | text TO SOURCE CODING UDHI HEX | heard STATUS
#
# Every text is answered with a number and followed by its delivery receipt; the
# text 查询 also by an answer of the citizen, of one part and then of two.
use strict;
use warnings;
use Encode qw(encode decode);
use Net::SMPP;

binmode STDOUT, ':utf8';
$| = 1;
my $port   = shift;
my $listen = Net::SMPP->new_listen('127.0.0.1', port => $port) or die "no port: $!";
print "listening\n";
my $count = 0;

sub deliver {
    my ($cli, %what) = @_;
    $cli->deliver_sm(destination_addr => '12333', async => 1, %what);
}

sub citizen {
    my ($cli, $text, $udh) = @_;
    my $coded = encode('UTF-16BE', $text);
    deliver($cli, source_addr => '13900000042', data_coding => 8,
        esm_class => $udh ? 0x40 : 0, short_message => ($udh // '') . $coded);
}

while (my $cli = $listen->accept) {
    while (my $pdu = $cli->read_pdu) {
        my $cmd = $pdu->{cmd};
        if ($cmd == Net::SMPP::CMD_bind_transceiver) {
            my $ok = ($pdu->{password} // '') eq 'secret';
            $cli->bind_transceiver_resp(system_id => 'smsc', seq => $pdu->{seq}, status => $ok ? 0 : 0x0e);
            print $ok ? "bound $pdu->{system_id}\n" : "refused\n";
            last unless $ok;
        }
        elsif ($cmd == Net::SMPP::CMD_submit_sm) {
            my $id = 'p' . ++$count;
            my $to = $pdu->{destination_addr};
            printf "text %s %s %d %d %s\n", $to, $pdu->{source_addr}, $pdu->{data_coding},
                ($pdu->{esm_class} & 0x40) ? 1 : 0, unpack('H*', $pdu->{short_message});
            if ($to eq '13900000000') {
                $cli->submit_sm_resp(seq => $pdu->{seq}, message_id => '', status => 0x0b);
                next;
            }
            $cli->submit_sm_resp(seq => $pdu->{seq}, message_id => $id, status => 0);
            deliver($cli, source_addr => $to, esm_class => 4,
                short_message => "id:$id sub:001 dlvrd:001 submit date:2603121200 done date:2603121201 stat:DELIVRD err:000 text:");
            if (decode('UTF-16BE', $pdu->{short_message}) =~ /\x{67e5}\x{8be2}/) {
                citizen($cli, "\x{597d}\x{7684}");
                citizen($cli, "\x{524d}\x{534a}", "\x05\x00\x03\x07\x02\x01");
                citizen($cli, "\x{540e}\x{534a}", "\x05\x00\x03\x07\x02\x02");
            }
        }
        elsif ($cmd == Net::SMPP::CMD_deliver_sm_resp) { printf "heard %d\n", $pdu->{status}; }
        elsif ($cmd == Net::SMPP::CMD_enquire_link)    { $cli->enquire_link_resp(seq => $pdu->{seq}); print "alive\n"; }
        elsif ($cmd == Net::SMPP::CMD_unbind)          { $cli->unbind_resp(seq => $pdu->{seq}); print "unbound\n"; last; }
    }
    close $cli;
}
