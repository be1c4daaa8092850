// SPDX-License-Identifier: Apache-2.0

/// How a row of calls about one device went.
struct NVMLOutcome {
    /// Nothing more can be had from the device, or from the library.
    var fault: NVMLError?
    /// How many calls were made, fields of a batch not counted one by one.
    var calls: UInt32 = 0
    /// How many values came.
    var answered: UInt32 = 0
    /// How many values should be there and are not.
    private(set) var lost: UInt32 = 0
    /// How many of those for want of permission.
    private(set) var denied: UInt32 = 0
    /// The last reason for a lost value.
    private(set) var lastFailure: NVMLError?

    mutating func lose(_ error: NVMLError) {
        lost &+= 1
        if error.code == .noPermission { denied &+= 1 }
        lastFailure = error
    }
}
