package softphone

import (
	"time"

	"zuoxi/softphone/device"
)

// Kind says what an Event tells.
type Kind int

// What the phone tells of itself.
const (
	// PathUp: voice flows to and from the hub; queues were emptied.
	PathUp Kind = iota
	// PathLost: nothing comes through. It may heal by itself.
	PathLost
	// PathFailed: it will not heal; a new Offer is needed.
	PathFailed
	// DeviceChanged: another device is in use because somebody chose it.
	DeviceChanged
	// DeviceMissing: a device is gone or will not open; silence stands in.
	DeviceMissing
	// DeviceBack: it is in use again.
	DeviceBack
	// MicSilent: the microphone has given nothing but digital silence for a while.
	MicSilent
	// MicAlive: it gives sound again.
	MicAlive
	// Clipping: the microphone is far too loud.
	Clipping
	// Unheard: it is open and gives sound, but for a while no speech.
	Unheard
	// CleanMissing: the microphone should be cleaned and cannot be.
	CleanMissing
	// Spoke: the agent was heard for the first time since SetTalk(true).
	Spoke
	// Meters: Levels and Stats are worth another look; five times a second.
	Meters
)

// Event is a fact about the phone. Status holds the whole of it, so that a
// reader who missed one is not wrong for long.
type Event struct {
	Kind Kind
	Dir  device.Direction // of the device events
	Text string           // one Chinese line, empty where there is nothing to say
}

// eventQueue is the size of the Events channel. Full, it refuses what is new
// and counts it, Meters without counting.
const eventQueue = 64

// meterEvery is how often Meters come.
const meterEvery = 200 * time.Millisecond

// Path is how the voice connection stands.
type Path int

// The states of the voice connection.
const (
	NoPath Path = iota
	Up
	Lost
	Failed
)

// Status is the phone at one moment.
type Status struct {
	Path                  Path
	Via                   string // "udp", "tcp" or "websocket", empty without a path
	Input, Output, Ringer string // the devices in use
	Problem               string // one Chinese line, empty when all is well
	NoInput, NoOutput     string // why silence stands in for the one or the other, a Chinese line
	Talking, Muted        bool
	// Warning is one Chinese line about how the agent is heard: too loud, or not
	// at all. Nothing is broken, and on hold it means nothing.
	Warning  string
	Clipping bool // it is about being too loud
}

// problem picks the line that matters most: who hears nothing cannot work.
func problem(silent bool, ports ...*port) string {
	for _, p := range ports {
		if p != nil && p.trouble != "" {
			return p.trouble
		}
	}
	if silent {
		return micSilentText
	}
	return ""
}

const (
	micSilentText = "麦克风没有声音 · 对方听不到您 · 请检查耳麦上的静音开关和插头"
	unheardText   = "半分钟没有听到您说话 · 如果您正在说，对方听不到您 · 请看耳麦上的静音开关，或在命令面板里换麦克风"
	cleanText     = "回声消除、降噪或自动增益打不开（本程序没有带 libspeexdsp） · 麦克风的声音照原样送出，通话照常 · 请戴耳麦，或换用带它的程序"
	clippingText  = "麦克风声音太大 · 对方听到的是破音 · 请把话筒移远一点或调低音量"
)
