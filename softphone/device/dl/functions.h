/*
 * The PortAudio functions that the Go binding calls, one line each:
 * result, name, parameters, arguments, answer when there is no library.
 * FN lines have a body of their own in portaudio.c, PASS lines are forwarded.
 * A function missing here shows as an undefined symbol when linking.
 */
FN(PaError, Pa_Initialize, (void), (), 0)
FN(PaError, Pa_Terminate, (void), (), 0)
FN(const char *, Pa_GetErrorText, (PaError code), (code), 0)
PASS(int, Pa_GetVersion, (void), (), 0)
PASS(const char *, Pa_GetVersionText, (void), (), "none")
PASS(PaHostApiIndex, Pa_GetHostApiCount, (void), (), paNotInitialized)
PASS(PaHostApiIndex, Pa_GetDefaultHostApi, (void), (), paNotInitialized)
PASS(const PaHostApiInfo *, Pa_GetHostApiInfo, (PaHostApiIndex i), (i), NULL)
PASS(PaHostApiIndex, Pa_HostApiTypeIdToHostApiIndex, (PaHostApiTypeId t), (t), paNotInitialized)
PASS(PaDeviceIndex, Pa_HostApiDeviceIndexToDeviceIndex, (PaHostApiIndex i, int d), (i, d), paNotInitialized)
PASS(const PaHostErrorInfo *, Pa_GetLastHostErrorInfo, (void), (), NULL)
PASS(PaDeviceIndex, Pa_GetDeviceCount, (void), (), paNotInitialized)
PASS(PaDeviceIndex, Pa_GetDefaultInputDevice, (void), (), paNoDevice)
PASS(PaDeviceIndex, Pa_GetDefaultOutputDevice, (void), (), paNoDevice)
PASS(const PaDeviceInfo *, Pa_GetDeviceInfo, (PaDeviceIndex i), (i), NULL)
PASS(PaError, Pa_IsFormatSupported, (const PaStreamParameters *in, const PaStreamParameters *out, double rate), (in, out, rate), paNotInitialized)
PASS(PaError, Pa_OpenStream, (PaStream **s, const PaStreamParameters *in, const PaStreamParameters *out, double rate, unsigned long frames, PaStreamFlags flags, PaStreamCallback *cb, void *data), (s, in, out, rate, frames, flags, cb, data), paNotInitialized)
PASS(PaError, Pa_CloseStream, (PaStream *s), (s), paNotInitialized)
PASS(PaError, Pa_StartStream, (PaStream *s), (s), paNotInitialized)
PASS(PaError, Pa_StopStream, (PaStream *s), (s), paNotInitialized)
PASS(PaError, Pa_AbortStream, (PaStream *s), (s), paNotInitialized)
PASS(const PaStreamInfo *, Pa_GetStreamInfo, (PaStream *s), (s), NULL)
PASS(PaTime, Pa_GetStreamTime, (PaStream *s), (s), 0)
PASS(double, Pa_GetStreamCpuLoad, (PaStream *s), (s), 0)
PASS(PaError, Pa_ReadStream, (PaStream *s, void *buf, unsigned long frames), (s, buf, frames), paNotInitialized)
PASS(PaError, Pa_WriteStream, (PaStream *s, const void *buf, unsigned long frames), (s, buf, frames), paNotInitialized)
PASS(signed long, Pa_GetStreamReadAvailable, (PaStream *s), (s), paNotInitialized)
PASS(signed long, Pa_GetStreamWriteAvailable, (PaStream *s), (s), paNotInitialized)

#undef FN
#undef PASS
