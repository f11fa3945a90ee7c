/* Lanes, eras, accept, restore and clone: Protocol/01-identity.md and 02-time.md as a model.
 *
 * Two hubs, two devices, two writes each, one clone. Every step is one atomic exchange; what may
 * go wrong is which steps happen, in which order, and which answers are lost. The invariants are
 * assertions; `check.sh` explores every state, and shows that each slip below is found.
 *
 *   SAMEERA   a restored hub goes on in its old era (I2)
 *   INFLATE   a context is not truncated to what the hub has (T4)
 *   NOPREV    a change set is taken before its predecessor (C2)
 *   NOHEAD    a device does not compare lane heads, only vectors (X12)
 *   NEWOID    a device that takes a new lane names its change sets anew (I1)
 */

#define HUBS    2
#define SLOTS   3            /* two devices, and room for one clone of the first */
#define WRITES  2            /* per device; a clone shares the budget of its original */
#define OIDS    (2 * WRITES)
#ifndef ERAS
#define ERAS    4
#endif
#ifndef FAULTS
#define FAULTS  2
#endif
#define NUMBERS OIDS
#define NONE    15

/* Change sets by oid: author's predecessor, context, and what the author had really seen. */
byte made;
byte previous[OIDS];
byte context[OIDS * ERAS];
byte saw[OIDS];              /* ghost: a set of oids */
byte device[OIDS];

/* Eras: what each inherited when it opened, and what it numbered. */
byte eras;
byte inherited[ERAS * ERAS];
byte logged[ERAS * NUMBERS]; /* oid + 1 */

/* Hubs: the vector is the set of commits, since each era is a prefix. */
byte vector[HUBS * ERAS];
byte current[HUBS];
byte saved[HUBS * ERAS];
byte savedEra[HUBS];
bool hasBackup[HUBS];
bool lost[HUBS];             /* restored once already */

/* Replicas of devices. */
bool alive[SLOTS];
byte cursor[SLOTS * ERAS];
byte head[SLOTS];
byte chain[SLOTS];           /* own change sets, a set of oids */
byte answered[SLOTS];
byte seen[SLOTS];            /* ghost */
byte faults;
byte cloned;

byte has, i, j, k, o, p, n;
bool fits;

#define CLEAR     i = 0; j = 0; k = 0; o = 0; p = 0; n = 0; has = 0; fits = 0; s = 0; h = 0
#define BIT(x)    (1 << (x))
#define V(h, e)   vector[(h) * ERAS + (e)]
#define C(s, e)   cursor[(s) * ERAS + (e)]
#define LOG(e, m) logged[(e) * NUMBERS + (m) - 1]

/* has := the oids that the hub's vector contains */
inline commits(h) {
    has = 0; i = 0;
    do
    :: i < eras ->
        j = 1;
        do
        :: j <= V(h, i) -> has = has | BIT(LOG(i, j) - 1); j++
        :: else -> break
        od;
        i++
    :: else -> break
    od
}

inline openEra(h) {
    i = 0;
    do
    :: i < ERAS -> inherited[eras * ERAS + i] = V(h, i); i++
    :: else -> break
    od;
    current[h] = eras; eras++
}

inline write(s) {
    o = made; made++;
    previous[o] = head[s]; device[o] = (s == 1);
    i = 0;
    do
    :: i < ERAS -> context[o * ERAS + i] = C(s, i); i++
    :: else -> break
    od;
    saw[o] = seen[s] | chain[s];
    chain[s] = chain[s] | BIT(o);
    head[s] = o
}

/* Places one change set at a hub, with what the hub takes its author to have known. */
inline accept(h, x) {
    n = V(h, current[h]) + 1;
    /* I2: a dot names one change set for ever. */
    assert(n <= NUMBERS && LOG(current[h], n) == 0);
    i = 0;
    do
    :: i < eras ->
        p = context[(x) * ERAS + i];
#ifndef INFLATE
        if :: p > V(h, i) -> p = V(h, i) :: else fi;
#endif
        /* T4: a context is closed under what the hub has. */
        assert(p <= V(h, i));
        j = 1;
        do
        :: j <= p ->
            /* T3: nothing is known that the author had not seen. */
            assert((BIT(LOG(i, j) - 1) & saw[x]) != 0); j++
        :: else -> break
        od;
        i++
    :: else -> break
    od;
    LOG(current[h], n) = (x) + 1;
    V(h, current[h]) = n
}

/* Sends what the hub lacks, oldest first; `told` says whether the answer arrives. */
inline push(s, h, told) {
    commits(h);
    k = chain[s] & ~answered[s];
#ifndef NOHEAD
    /* The hub lacks the head that it had answered: everything kept is offered again. */
    if :: (chain[s] & answered[s] & ~has) != 0 -> k = chain[s] :: else fi;
#endif
    o = 0;
    do
    :: o < made ->
        if
        :: (k & BIT(o)) && !(has & BIT(o)) ->
#ifdef NOPREV
            fits = true;
#else
            fits = previous[o] == NONE || (has & BIT(previous[o])) != 0;
#endif
            if
            :: fits ->
                accept(h, o);
                has = has | BIT(o);
                /* C2: a hub has no change set without its predecessor. */
                assert(previous[o] == NONE || (has & BIT(previous[o])) != 0)
            :: else
            fi
        :: else
        fi;
        o++
    :: else -> break
    od;
    if :: told -> answered[s] = answered[s] | (k & has) :: else fi
}

/* A checkpoint: the cursor becomes the hub's vector, and smaller than it was after a rollback. */
inline pull(s, h) {
    commits(h);
    i = 0;
    do
    :: i < ERAS -> C(s, i) = V(h, i); i++
    :: else -> break
    od;
    seen[s] = seen[s] | has
}

/* fits := the hub is not behind the device, or may have lost what the device has (X30) */
inline compare(s, h) {
    fits = true; i = 0;
    do
    :: i < ERAS -> if :: C(s, i) > V(h, i) && !lost[0] && !lost[1] -> fits = false :: else fi; i++
    :: else -> break
    od
}

inline replicate(a, b) {
    i = 0;
    do
    :: i < eras -> if :: V(a, i) > V(b, i) -> V(b, i) = V(a, i) :: else fi; i++
    :: else -> break
    od
}

inline restore(h) {
    i = 0;
    do
    :: i < ERAS -> V(h, i) = saved[h * ERAS + i]; i++
    :: else -> break
    od;
    lost[h] = true;
#ifdef SAMEERA
    current[h] = savedEra[h]
#else
    openEra(h)
#endif
}

/* Faults stop: everybody syncs with everybody, twice; then nothing may be missing anywhere. */
inline heal() {
    byte round, a, b;
    round = 0;
    do
    :: round < 2 ->
        b = 0;
        do
        :: b < HUBS ->
            a = 0;
            do
            :: a < SLOTS -> if :: alive[a] -> push(a, b, true) :: else fi; a++
            :: else -> break
            od;
            b++
        :: else -> break
        od;
        replicate(0, 1); replicate(1, 0);
        round++
    :: else -> break
    od;
    b = 0;
    do
    :: b < HUBS ->
        commits(b);
        /* P1, P16: every write is at every hub. */
        assert(has == BIT(made) - 1);
        b++
    :: else -> break
    od
}

#define NEXT_WRITE(d) (written[d] < WRITES)
byte written[2];

init {
    byte s, h;
    atomic {
        s = 0;
        do
        :: s < SLOTS -> head[s] = NONE; alive[s] = (s < 2); s++
        :: else -> break
        od;
        s = 0;
        openEra(0); openEra(1)
    }
    do
    :: atomic {
        select(s : 0 .. SLOTS - 1);
        select(h : 0 .. HUBS - 1);
        compare(s, h);
        if
        :: alive[s] && NEXT_WRITE((s == 1)) -> write(s); written[(s == 1)]++
        :: alive[s] && fits -> push(s, h, true); pull(s, h)
        /* The whole answer is lost; or it breaks off after the receipts. */
        :: alive[s] && fits && faults < FAULTS -> push(s, h, false); faults++
        :: alive[s] && fits && faults < FAULTS -> push(s, h, true); faults++
        :: else
        fi;
        CLEAR
    }
    :: atomic {
        select(h : 0 .. HUBS - 1);
        if
        :: replicate(h, 1 - h)
        :: faults < FAULTS && eras < ERAS -> openEra(h); faults++
        :: faults < FAULTS && !hasBackup[h] ->
            i = 0;
            do
            :: i < ERAS -> saved[h * ERAS + i] = V(h, i); i++
            :: else -> break
            od;
            savedEra[h] = current[h]; hasBackup[h] = true; faults++
        /* A backup is only worth a step when it is restored: it was counted when it was made. */
        :: hasBackup[h] && !lost[h] && eras < ERAS -> restore(h)
        fi;
        CLEAR
    }
    :: atomic {
        !cloned && faults < FAULTS ->
        cloned = 1; faults++;
        alive[2] = true; head[2] = head[0]; chain[2] = chain[0];
        answered[2] = answered[0]; seen[2] = seen[0];
        i = 0;
        do
        :: i < ERAS -> C(2, i) = C(0, i); i++
        :: else -> break
        od;
        CLEAR
    }
    :: atomic { made > 0 -> heal(); break }
    od
}
