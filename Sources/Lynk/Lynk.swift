/// What an application needs: the replica, the values in it, and the client that keeps it in step.
@_exported public import LynkClient
@_exported public import LynkCore
@_exported public import LynkStore
