// SPDX-License-Identifier: Apache-2.0
// SIOCETHTOOL: Swift cannot call ioctl, which takes any number of arguments.
#ifndef HOST_EXPORTER_CKERNEL_ETHTOOL_H
#define HOST_EXPORTER_CKERNEL_ETHTOOL_H

/// Gives the driver of an interface a command of linux/ethtool.h, which the kernel answers in its place; 0, or errno on
/// failure.
int ckernel_ethtool(int socket, const char *_Nonnull interface, void *_Nonnull command);

#endif
