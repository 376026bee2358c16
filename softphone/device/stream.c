#include "stream.h"
#include "_cgo_export.h"

/* one_block runs in the sound system's thread. */
static int one_block(const void *in, void *out, unsigned long frames, const PaStreamCallbackTimeInfo *when, PaStreamCallbackFlags flags, void *seat) {
	(void)when;
	(void)flags;
	void *samples = out != NULL ? out : (void *)in;
	if (samples != NULL)
		soundBlock((uintptr_t)seat, samples, frames);
	return paContinue;
}

opened open_stream(PaDeviceIndex device, int input, int channels, double latency, double rate, unsigned long frames, uintptr_t seat) {
	PaStreamParameters p = {.device = device, .channelCount = channels, .sampleFormat = paFloat32, .suggestedLatency = latency};
	opened o = {0};
	o.code = Pa_OpenStream(&o.stream, input ? &p : NULL, input ? NULL : &p, rate, frames, paNoFlag, one_block, (void *)seat);
	return o;
}
