// Records behind pointers: doubly linked lists with signatures, a binary tree, callbacks.
#include "kernel.h"

typedef struct Entry {
  u64 signature;
  struct Entry *next, *previous;
  struct Entry *left, *right;
  u32 key;
  u16 kind;
  u8 flags, level;
  u64 payload[3];
} Entry;

enum { poolAt = 1 << 20 };

void prepare(u8 *memory) {
  u64 seed = 11;
  for (u32 *at = (u32 *)memory; at < (u32 *)(memory + (256 << 10)); at++) *at = (u32)nextRandom(&seed);
}

typedef u64 (*Visit)(Entry *entry, u64 value);

static u64 addKey(Entry *entry, u64 value) { return value + entry->key; }
static u64 xorKind(Entry *entry, u64 value) { return mix(value, entry->kind); }
static u64 touch(Entry *entry, u64 value) {
  entry->flags |= 2;
  entry->payload[value % 3] += entry->level;
  return value + 1;
}

static u64 forEach(Entry *head, Visit visit, u64 value) {
  for (Entry *entry = head->next; entry != head; entry = entry->next) {
    if (entry->signature != 0x5F59525445535544ull) return 0;
    value = visit(entry, value);
  }
  return value;
}

static Entry *insert(Entry *root, Entry *entry) {
  Entry **at = &root;
  while (*at) {
    entry->level++;
    at = entry->key < (*at)->key ? &(*at)->left : &(*at)->right;
  }
  *at = entry;
  return root;
}

static u64 walk(const Entry *entry, u64 value) {
  while (entry) {
    value = walk(entry->left, value);
    value = mix(value, entry->key ^ entry->payload[0]);
    entry = entry->right;
  }
  return value;
}

u64 run(u8 *memory, u64 count) {
  const u32 *keys = (const u32 *)memory;
  Entry *head = (Entry *)(memory + poolAt);
  Entry *pool = head + 1;
  head->next = head->previous = head;
  Entry *root = NULL;
  for (u64 n = 0; n < count; n++) {
    Entry *entry = pool + n;
    *entry = (Entry){.signature = 0x5F59525445535544ull, .key = keys[n], .kind = (u16)(keys[n] >> 7)};
    entry->previous = head->previous;
    entry->next = head;
    head->previous->next = entry;
    head->previous = entry;
    root = insert(root, entry);
  }
  // Every third leaves the list; the rest is visited by each callback.
  for (u64 n = 0; n < count; n += 3) {
    pool[n].previous->next = pool[n].next;
    pool[n].next->previous = pool[n].previous;
  }
  static const Visit visits[] = {addKey, touch, xorKind, touch, addKey};
  u64 value = count;
  for (u64 n = 0; n < 10; n++) value = forEach(head, visits[n % 5], value);
  return walk(root, value);
}
