import Foundation
import LynkCore

/// A certificate for this machine's loopback addresses, from an authority of its own: for tests,
/// demonstrations and first steps. A real installation brings its own files.
public struct LoopbackCertificate: Sendable {
    /// What clients are told to trust.
    public let authority: String
    public let certificate: String
    public let key: String

    /// Makes the files in a directory, which is created, by running `openssl`.
    ///
    /// The authority's own key is thrown away: nothing else can ever be signed with it.
    ///
    /// - Throws: ``Problem`` `store_failed` when the program is absent or fails.
    public static func make(in directory: String) throws -> LoopbackCertificate {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let made = LoopbackCertificate(
            authority: "\(directory)/authority.pem", certificate: "\(directory)/server.pem",
            key: "\(directory)/server.key")
        let authorityKey = "\(directory)/authority.key"
        let request = "\(directory)/server.csr"
        let extensions = "\(directory)/server.ext"
        defer {
            for file in [authorityKey, request, extensions, "\(directory)/authority.srl"] {
                try? FileManager.default.removeItem(atPath: file)
            }
        }
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try openssl(
            ["req", "-x509"] + curve + [
                "-keyout", authorityKey, "-out", made.authority, "-days", "365",
                "-subj", "/CN=Lynk loopback authority",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            ])
        try openssl(
            ["req", "-new"] + curve + [
                "-keyout", made.key, "-out", request, "-subj", "/CN=localhost",
            ])
        try """
        subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1
        basicConstraints=critical,CA:FALSE
        keyUsage=critical,digitalSignature
        extendedKeyUsage=serverAuth
        """.write(toFile: extensions, atomically: true, encoding: .utf8)
        try openssl([
            "x509", "-req", "-in", request, "-CA", made.authority, "-CAkey", authorityKey,
            "-CAcreateserial", "-days", "365", "-out", made.certificate, "-extfile", extensions,
        ])
        return made
    }

    private static func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Problem(
                .storeFailed,
                "openssl \(arguments.first ?? "") failed; is the package openssl installed?")
        }
    }
}
