/* Streams of PortAudio whose callback goes straight to the Go side. */
#ifndef ZUOXI_STREAM_H
#define ZUOXI_STREAM_H

#include <stdint.h>
#include <portaudio.h>

typedef struct {
	PaError code;
	PaStream *stream;
} opened;

/* open_stream opens a device in one direction; every block of its samples, which
   are 32-bit floats, goes to soundBlock with seat. */
opened open_stream(PaDeviceIndex device, int input, int channels, double latency, double rate, unsigned long frames, uintptr_t seat);

#endif
