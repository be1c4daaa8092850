// SPDX-License-Identifier: Apache-2.0

import CKernel

/// Names threads, so that ps and gdb show which one hangs.
public enum ThreadName {
    /// Names the calling thread; the kernel keeps 15 bytes.
    public static func set(_ name: String) {
        unsafe name.withCString { unsafe ckernel_name_thread($0) }
    }
}
