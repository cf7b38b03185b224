// Enhancements only: every page works without them.
import { watchDialogs } from "./dialogs.js";
import { watchForms } from "./forms.js";
import { watchGrids } from "./grid.js";
import { watchMenus } from "./menus.js";
import { watchReviews } from "./reviews.js";
import { watchTheme } from "./themes.js";
import { watchToasts } from "./toasts.js";

watchDialogs();
watchForms();
watchGrids();
watchMenus();
watchReviews();
watchTheme();
watchToasts();
