// SPDX-License-Identifier: Apache-2.0

import CFuzzDriver
import Glibc

/// libFuzzer's target, with the bytes that it made up.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}

// `fuzz TARGET [libFuzzer's arguments]`
guard let word = CommandLine.arguments.dropFirst().first, let target = FuzzTarget.named(word) else {
    FuzzTarget.say("usage: fuzz text|netlink|collectors|configuration [ARGUMENT...]")
    exit(2)
}
FuzzTarget.chosen = target
var argumentCount = CommandLine.argc - 1
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
arguments?[0] = CommandLine.unsafeArgv[0]
exit(
    LLVMFuzzerRunDriver(&argumentCount, &arguments) { data, size in
        testOneInput(data, size)
    })
