// SPDX-License-Identifier: Apache-2.0

package import CollectorKit
import Glibc

extension Clock {
    /// Lets this thread sleep for the whole time, whatever signals it takes meanwhile.
    package static func sleep(nanoseconds: Int) {
        var time = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
        var left = timespec()
        while unsafe nanosleep(&time, &left) != 0, errno == EINTR { time = left }
    }
}
