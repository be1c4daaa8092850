// SPDX-License-Identifier: Apache-2.0

import NIOCore

extension Channel {
    /// Bytes that were written to this channel and that the kernel has not taken yet; to be called on its event loop.
    ///
    /// 0 where the channel does not know, which is no socket channel; a write may take its time only once there.
    var bufferedBytes: Int {
        // An error means the same as an option that is not there.
        (try? syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
