// SPDX-License-Identifier: Apache-2.0

package import CollectorKit
package import Serving

extension ServerConfiguration {
    /// The server's part of the options.
    ///
    /// Fails on an address or a path that cannot be.
    package init(_ options: Options, version: String) throws(ConfigurationError) {
        self.init()
        let addresses = options[GlobalOptions.listenAddress]
        if !addresses.isEmpty {
            self.addresses = []
            for text in addresses {
                do throws(ServingError) {
                    self.addresses.append(try ListenAddress(text))
                } catch {
                    throw ConfigurationError(flag: "web.listen-address", "\(error)")
                }
            }
        }
        telemetryPath = options[GlobalOptions.telemetryPath]
        guard telemetryPath.hasPrefix("/") else {
            throw ConfigurationError(
                flag: "web.telemetry-path", "it takes a path that begins with /, for example /metrics")
        }
        scrapeTimeout = .nanoseconds(Int64(clamping: options[GlobalOptions.scrapeTimeout]))
        if options.isGiven(GlobalOptions.maxRequests), options[GlobalOptions.maxRequests] > 0 {
            maxRequests = options[GlobalOptions.maxRequests]
        }
        self.version = version
    }
}
