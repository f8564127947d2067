// JavaScript values as JSON text without loss, for tests/schema/differ.cc; tagged.js is the other
// end.
//
//   null true "text" 1.5   themselves
//   ["u"]                  undefined          ["f",3]           function 3 of the table
//   ["n","NaN"]            odd numbers        ["a",x,y]         array
//   ["b","12"]             bigint             ["o","k",x]       object: keys and values in turn
//   ["y","text"]           symbol             ["S",x] ["M",k,x] set, map
//   ["d",5] ["d","NaN"]    date               ["r","a+","g"]    regexp
//   ["I",0]                schema 0 of those that were made before
#pragma once

#include "globalstorage/value.h"
#include "gs/core/schema/js_value.h"

namespace gs::schema {

JsValue from_tagged(const Value& tagged);
Value to_tagged(const JsValue& value);

}  // namespace gs::schema
