// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "ckernel_ethtool.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/sockios.h>

int ckernel_ethtool(int socket, const char *interface, void *command) {
    struct ifreq request = {0};
    // Cut, a name could be another interface's.
    if (strlen(interface) >= sizeof request.ifr_name) return ENODEV;
    strcpy(request.ifr_name, interface);
    request.ifr_data = command;
    return ioctl(socket, SIOCETHTOOL, &request) < 0 ? errno : 0;
}
