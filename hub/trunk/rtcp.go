package trunk

import (
	"net/netip"
	"time"

	"github.com/pion/rtcp"
)

// reportEvery is the time between two RTCP reports. They ride on the sending of sound, so that the trunk needs no
// clock of its own, and only where the far side takes RTCP on the RTP port.
const reportEvery = 5 * time.Second

// peerReport is what the far side's last report said about our sound.
type peerReport struct {
	loss float64
	trip time.Duration
}

// sendReport adds a sender report when one is due. The caller holds out.mu.
func (m *media) sendReport(now time.Time) {
	o := &m.out
	if !m.path.Load().rtcpMux || now.Sub(o.report) < reportEvery {
		return
	}
	o.report = now
	sr := rtcp.SenderReport{SSRC: o.ssrc, NTPTime: ntp(now), RTPTime: o.ts, PacketCount: uint32(o.packets), OctetCount: o.octets}
	m.in.mu.Lock()
	if m.in.started {
		lost := max(0, int64(m.in.expected())-int64(m.in.received))
		sr.Reports = []rtcp.ReceptionReport{{
			SSRC: m.in.ssrc, TotalLost: uint32(min(lost, 0x7fffff)), Jitter: uint32(m.in.jitter),
			LastSequenceNumber: m.in.cycles<<16 | uint32(m.in.top),
		}}
	}
	m.in.mu.Unlock()
	name := &rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{
		Source: o.ssrc, Items: []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: "zuoxi"}},
	}}}
	if b, err := rtcp.Marshal([]rtcp.Packet{&sr, name}); err == nil {
		_, _ = m.conn.WriteToUDPAddrPort(b, *m.target.Load())
	}
}

// rtcp reads a compound packet of the far side.
func (m *media) rtcp(b []byte, from netip.AddrPort, now time.Time) {
	if netip.AddrPortFrom(from.Addr().Unmap(), from.Port()) != *m.target.Load() {
		m.in.bad.Add(1)
		return
	}
	packets, err := rtcp.Unmarshal(b)
	if err != nil {
		m.in.bad.Add(1)
		return
	}
	m.touch(now)
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.SenderReport:
			m.reports(p.Reports, now)
		case *rtcp.ReceiverReport:
			m.reports(p.Reports, now)
		}
	}
}

func (m *media) reports(list []rtcp.ReceptionReport, now time.Time) {
	m.out.mu.Lock()
	defer m.out.mu.Unlock()
	for _, r := range list {
		if r.SSRC != m.out.ssrc {
			continue
		}
		m.out.peer.loss = float64(r.FractionLost) / 256
		if r.LastSenderReport != 0 {
			units := uint32(ntp(now)>>16) - r.LastSenderReport - r.Delay // 1/65536 s
			if units < 10<<16 {
				m.out.peer.trip = time.Duration(units) * time.Second >> 16
			}
		}
	}
}

// ntp is the 64-bit time stamp of RFC 3550 section 4.
func ntp(t time.Time) uint64 {
	const epoch = 2208988800 // seconds from 1900 to 1970
	return uint64(t.Unix()+epoch)<<32 | uint64(t.Nanosecond())<<32/1e9
}
