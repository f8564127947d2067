// Commands for lists and trees that several writers edit, also the order of what is in them.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {

void Parser::add_lists() {
  CLI::App* const list = add("list", "lists that several writers edit, also their order",
                             "  gstore list insert ID steps end 'Buy milk'\n"
                             "  gstore list move -c Plan today steps 3 0");
  list->require_subcommand(1);
  CLI::App* const insert =
      add_list_edit(*list, "insert", "insert elements; prints what there are then",
                    "  gstore list insert ID steps 0 first second\n"
                    "  gstore list insert -c Plan today steps end '{\"task\":\"Buy milk\"}'",
                    "before which element, counted from 0; or: end");
  insert->add_option("ELEMENT", a_.elements, kElement)->required();
  CLI::App* const erase =
      add_list_edit(*list, "delete", "delete elements; prints what there are then",
                    "  gstore list delete ID steps 2\n  gstore list delete ID steps 0 5",
                    "of the first one, counted from 0");
  erase->add_option("COUNT", deleted_, "how many, 1 if it is not given");
  CLI::App* const move =
      add_list_edit(*list, "move", "move an element; prints what there are then",
                    "  gstore list move ID steps 3 0", "where it is, counted from 0");
  move->add_option("TO", move_to_, "where it is to be")->required();
  CLI::App* const set =
      add_list_edit(*list, "set", "set an element; prints what there are then",
                    "  gstore list set ID steps 0 '{\"done\":true}'", "which one, counted from 0");
  set->add_option("ELEMENT", a_.elements, kElement)->expected(1)->required();
}

CLI::App* Parser::add_list_edit(CLI::App& list, const char* name, const char* what,
                                const char* examples, const char* position) {
  CLI::App* const sub = add(list, name, what, examples);
  add_id(sub);
  sub->add_option("FIELD", a_.field, "its name; one that is not there is an empty list")
      ->required();
  sub->add_option("POS", position_, position)->required();
  sub->callback([this] { take_list_edit(); });
  return sub;
}

void Parser::add_trees() {
  CLI::App* const tree = add("tree", "trees whose nodes several writers move",
                             "  gstore tree create ID folders Inbox\n"
                             "  gstore tree move -c Mail me folders NODE --under NODE");
  tree->require_subcommand(1);
  CLI::App* sub =
      add_tree_edit(*tree, "create", "create a node; prints its id",
                    "  gstore tree create ID folders Inbox\n"
                    "  gstore tree create ID folders '{\"name\":\"2026\"}' --under NODE");
  sub->add_option("VALUE", a_.node_value, kElement)->required();
  add_tree_place(sub);
  sub = add_tree_edit(*tree, "move", "move a node and what is below it; prints the tree then",
                      "  gstore tree move ID folders NODE --under NODE --before NODE\n"
                      "  gstore tree move ID folders NODE");
  add_node(sub);
  add_tree_place(sub);
  sub = add_tree_edit(*tree, "set", "give a node a value; prints the tree then",
                      "  gstore tree set ID folders NODE Archive");
  add_node(sub);
  sub->add_option("VALUE", a_.node_value, kElement)->required();
  sub = add_tree_edit(*tree, "delete", "delete a node and what is below it; prints what is left",
                      "  gstore tree delete ID folders NODE");
  add_node(sub);
  add_tree_edit(*tree, "show", "print a tree, a node a line, with its id",
                "  gstore tree show ID folders\n  gstore tree show -c Mail me folders --json");
}

CLI::App* Parser::add_tree_edit(CLI::App& tree, const char* name, const char* what,
                                const char* examples) {
  CLI::App* const sub = add(tree, name, what, examples);
  add_id(sub);
  sub->add_option("FIELD", a_.field, "its name; one that is not there is an empty tree")
      ->required();
  sub->callback([this] { take_whole_value(); });
  return sub;
}

void Parser::add_node(CLI::App* sub) {
  sub->add_option("NODE", a_.node, "the id of a node, as show prints it")->required();
}

void Parser::add_tree_place(CLI::App* sub) {
  sub->add_option("--under", a_.under, "the node below which it is to be; none: at the top")
      ->type_name("NODE");
  sub->add_option("--before", a_.before_node, "a node there; none: behind all of them")
      ->type_name("NODE");
}

}  // namespace gs::cli
