// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import KernelFiles
import Testing

@Suite("Errors of collectors")
struct CollectorErrorTests {
    @Test("a failed question names who was asked, the step and the reason")
    func sockets() {
        #expect(
            CollectorError(NetlinkError(operation: "recv", errno: ETIMEDOUT)).description
                == "rtnetlink recv: Connection timed out")
        #expect(
            CollectorError(NetlinkError(operation: "reply", errno: EPERM, family: .generic)).description
                == "generic netlink reply: Operation not permitted")
        #expect(
            CollectorError(SocketError(.connect, errno: ECONNREFUSED), asking: "supervisord").description
                == "supervisord connect: Connection refused")
    }
}
