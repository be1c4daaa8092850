// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import KernelFiles
import Testing

@Suite struct ItemListingTests {
    private static func error(_ listing: ItemListing<Int>, _ scrape: UInt64) -> CollectorError? {
        do throws(CollectorError) { try listing.withResult(of: scrape) { _ in } } catch { return error }
        return nil
    }

    @Test("why a listing failed is known to who wants its result, and over with the next one")
    func failure() throws {
        let listing = ItemListing(of: "/sys/class/x", 0)
        #expect(Self.error(listing, 1) == .other("/sys/class/x was not listed in this scrape"))
        let denied = CollectorError.file(KernelFileError(.open, path: "/sys/class/x", errno: EACCES))
        #expect(listing.update(in: 1) { (_) throws(CollectorError) in throw denied }.isEmpty)
        #expect(Self.error(listing, 1) == denied)
        #expect(Self.error(listing, 2) == .other("/sys/class/x was not listed in this scrape"))
        _ = listing.update(in: 2) { count in
            count += 1
            return []
        }
        let count = try listing.withResult(of: 2) { $0 }
        #expect(count == 1)
    }

    @Test("while a listing hangs, its result is busy and no second thread lists")
    func busy() {
        let listing = ItemListing(of: "/sys/class/x", 0)
        _ = listing.update(in: 1) { _ in
            #expect(Self.error(listing, 1) == .busy("the listing of /sys/class/x"))
            let isSecond = listing.update(in: 1) { _ in
                Issue.record("a second thread lists")
                return []
            }
            #expect(isSecond.isEmpty)
            return []
        }
    }
}
