// What an application needs: the replica, the values in it, and the client that keeps it in step.
@_exported public import LynkClient
@_exported public import LynkCore
// For `Enrolment` and the reports, which the client and the replica hand out.
@_exported public import LynkEngine
@_exported public import LynkStore
