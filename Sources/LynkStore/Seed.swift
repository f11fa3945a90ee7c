enum LynkStoreSeed {}
