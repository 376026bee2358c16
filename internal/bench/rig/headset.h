// One virtual headset on a JACK server; rig.go is its only user.
#include <jack/jack.h>
#include <stdatomic.h>

typedef struct {
	jack_client_t *client;
	jack_port_t *mic, *ear;
	float *say, *heard;
	long length;
	jack_nframes_t start;
	atomic_int rolling;
	atomic_long xruns;
} headset;

headset *headset_open(const char *name);
int headset_load(headset *h, long length); // not while rolling
void headset_roll(headset *h, jack_nframes_t start);
void headset_stop(headset *h);
long headset_xruns(headset *h);
void headset_close(headset *h);
